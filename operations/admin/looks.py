"""Draws cubes in the admin: thumbnails in lists; picture, movie and plots on the page of a cube."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from catalogue.links import cube_page_path
from datacubes.models import DataCube, ImagePreview, PlotData, VideoPreview

LIST_SIDE = 72


def thumbnail(image: ImagePreview | None) -> SafeString | str:
    """Draw a thumbnail for a list; the row describes it."""
    if image is None:
        return "–"
    scale = LIST_SIDE / max(image.width, image.height, 1)
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="" loading="lazy">',
        image.file.url,
        round(image.width * scale),
        round(image.height * scale),
    )


def picture(cube: DataCube) -> SafeString | str:
    """Draw the preview of a cube in the size of a page."""
    image = cube.image_previews.filter(size_name="page").first()
    if image is None:
        return "–"
    return format_html(
        '<img src="{}" width="{}" height="{}" class="looks" alt="Preview of {}">',
        image.file.url,
        image.width,
        image.height,
        cube.oid,
    )


def movie(video: VideoPreview | None) -> SafeString | str:
    """Show the movie of a cube. It loads only when it is played."""
    if video is None:
        return "–"
    return format_html(
        '<video src="{}" poster="{}" width="{}" height="{}" class="looks" '
        'controls loop muted preload="none">{}</video>',
        video.file.url,
        video.poster.url,
        video.width,
        video.height,
        "This browser plays no movies.",
    )


def plots(cube: DataCube, data: PlotData | None) -> SafeString | str:
    """Show the line profile in small and link to the page, where all plots can be explored."""
    if data is None or not (data.seeing or data.line_profile):
        return "–"
    return format_html(
        '<div class="sparkline">{}</div><a href="{}">Explore the plots</a>',
        mark_safe(data.sparkline),  # noqa: S308  Made by `previews.sparkline`, which escapes its texts.
        cube_page_path(cube.oid),
    )
