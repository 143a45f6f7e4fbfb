"""Content negotiation: resources that have one form only, and lists that have several."""

from collections.abc import Iterable
from typing import Any

from rest_framework.exceptions import NotAcceptable, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class PreferAnyForm(DefaultContentNegotiation):
    """The form that is asked for, or else the view's first: a download is not refused for its header Accept."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer and its media type."""
        renderers = list(renderers)
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            return renderers[0], renderers[0].media_type


class FormatOrAccept(DefaultContentNegotiation):
    """The form that the parameter `format` names, or else the header Accept."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer and its media type.

        Raises
        ------
        ValidationError
            If `format` names none of the view's forms.
        """
        renderers, name = list(renderers), request.query_params.get("format")
        if not name:
            return super().select_renderer(request, renderers, format_suffix)
        for renderer in renderers:
            if renderer.format == name:
                return renderer, renderer.media_type
        names = ", ".join(str(renderer.format) for renderer in renderers)
        raise ValidationError({"format": [f"Not one of {names}."]})


class PlainTextRenderer(BaseRenderer):
    """Text as it is; of an error, its sentences."""

    media_type = "text/plain"
    format = "text"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Encode a text."""
        if isinstance(data, dict):
            sentences = (
                f"{name}: {' '.join(texts)}" if isinstance(texts, list) else texts for name, texts in data.items()
            )
            data = "".join(f"{sentence}\n" for sentence in sentences)
        return data.encode(self.charset)


class BytesRenderer(BaseRenderer):
    """Bytes as they are; an error as text. Subclasses name the form."""

    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Return the bytes as they are."""
        if isinstance(data, bytes):
            return data
        text = PlainTextRenderer()
        renderer_context["response"]["Content-Type"] = f"{text.media_type}; charset={text.charset}"
        return text.render(data)


class FITSRenderer(BytesRenderer):
    """Bytes of a FITS file."""

    media_type = "application/fits"
    format = "fits"
