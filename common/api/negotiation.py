"""Content negotiation for resources that have one form only."""

from collections.abc import Iterable
from typing import Any

from rest_framework.exceptions import NotAcceptable
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


class FITSRenderer(BaseRenderer):
    """Bytes of a FITS file; an error as text."""

    media_type = "application/fits"
    format = "fits"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Return the bytes as they are."""
        if isinstance(data, bytes):
            return data
        text = PlainTextRenderer()
        renderer_context["response"]["Content-Type"] = f"{text.media_type}; charset={text.charset}"
        return text.render(data)
