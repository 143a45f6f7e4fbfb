"""Writes cubes and their numbers on pages: times in UTC, and every number with its unit."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django import template
from django.forms import Form
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalogue.links import cube_page_path
from common.sizes import bytes_with_unit
from datacubes.links import download_path
from datacubes.models import Companion, DataCube, ImagePreview, Metadata

register = template.Library()
register.filter(bytes_with_unit)

_SOLAR_RADIUS = 960  # arcsec, as seen from the Earth on average.


@register.filter
def cube_page(cube: DataCube) -> str:
    """Return the path of a cube's page."""
    return cube_page_path(cube.oid)


@register.filter
def cube_title(cube: DataCube) -> str:
    """Return the instrument and the name of the line."""
    return f"{cube.instrument} {cube.metadata.line_in_titles}".strip()


@register.filter
def largest_picture(cube: DataCube) -> ImagePreview | None:
    """Return the largest image preview of a cube."""
    return max(cube.image_previews.all(), key=lambda preview: preview.width, default=None)


@register.filter
def cube_page_of(oid: str) -> str:
    """Return the path of the page of an OID."""
    return cube_page_path(oid)


@register.filter
def cube_file(cube: DataCube | Companion) -> str:
    """Return the path of the file of a cube, or of a companion."""
    return download_path(cube)


@register.simple_tag
def period(begin: datetime, end: datetime) -> SafeString:
    """Return a period of time, with the day of its end only if it differs."""
    begin, end = begin.astimezone(UTC), end.astimezone(UTC)
    form = "TIME_FORMAT" if begin.date() == end.date() else "DATETIME_FORMAT"
    return format_html(
        '<time datetime="{}">{}</time>\N{EN DASH}<time datetime="{}">{}</time>\N{NO-BREAK SPACE}UTC',
        begin.isoformat(),
        date_format(begin, "DATETIME_FORMAT"),
        end.isoformat(),
        date_format(end, form),
    )


@register.filter
def wavelengths(metadata: Metadata) -> str:
    """Return the range of wavelengths of a cube in nm; empty if unknown."""
    ends = [end for end in (metadata.wavelength_min, metadata.wavelength_max) if end is not None]
    return "\N{EN DASH}".join(f"{end:.2f}" for end in ends) + "\N{NO-BREAK SPACE}nm" if ends else ""


@register.filter
def field_of_view(metadata: Metadata) -> str:
    """Return the field of view of a cube in arcsec; empty if unknown."""
    if metadata.size_x is None or metadata.size_y is None:
        return ""
    return f"{metadata.size_x:.0f}″\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{metadata.size_y:.0f}″"


@register.filter
def pointing(metadata: Metadata) -> str:
    """Return the pointing of a cube in helioprojective arcsec; empty if unknown."""
    if metadata.pointing_x is None or metadata.pointing_y is None:
        return ""
    x, y = (f"{round(place):+d}″".replace("-", "−") for place in (metadata.pointing_x, metadata.pointing_y))
    return f"{x},\N{NO-BREAK SPACE}{y}"


@register.filter
def any_given(form: Form, names: str) -> bool:
    """Return whether any of some fields of a form, given by their names, has a value or an error."""
    return any(form[name].value() not in (None, "", []) or form[name].errors for name in names.split())


@register.inclusion_tag("catalogue/_solar_disk.html")
def solar_disk(metadata: Metadata) -> dict[str, Any]:
    """Draw the field of a cube on the solar disk; nothing if it is unknown or far from the Sun."""
    x, y = metadata.pointing_x, metadata.pointing_y
    if x is None or y is None or max(abs(x), abs(y)) > 1.6 * _SOLAR_RADIUS:
        return {"known": False}
    width, height = (min(size or 0, 2 * _SOLAR_RADIUS) for size in (metadata.size_x, metadata.size_y))
    # Rounded to whole arcsec, with y downwards as in SVG.
    corner = {"left": round(x - width / 2), "top": round(-y - height / 2)}
    return {"known": True, "radius": _SOLAR_RADIUS, "width": round(width), "height": round(height)} | corner


@register.inclusion_tag("catalogue/_picture.html")
def picture(previews: Iterable[ImagePreview], sizes: str, alt: str, *, lazy: bool = True) -> dict[str, Any]:
    """Show the image preview that suits the screen.

    Parameters
    ----------
    previews
        All image previews of a cube.
    sizes
        The layout width of the image: the HTML attribute.
    alt
        A description of the image; empty if the text beside it describes it.
    lazy
        Whether the image may load only when it comes into view.
    """
    # The previews of a small image can have the same width.
    by_width = {preview.width: preview for preview in sorted(previews, key=lambda preview: preview.width)}
    candidates = list(by_width.values())
    return {
        "image": candidates[min(1, len(candidates) - 1)] if candidates and not lazy else next(iter(candidates), None),
        "srcset": ", ".join(f"{candidate.file.url} {candidate.width}w" for candidate in candidates),
        "sizes": sizes,
        "alt": alt,
        "lazy": lazy,
    }
