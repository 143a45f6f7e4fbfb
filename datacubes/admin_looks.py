"""How cubes look in the admin: thumbnails in lists; picture, movie and plots on the page of one."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from datacubes.admin_plots import line_profile_plots, seeing_plots
from datacubes.models import DataCube, ImagePreview, PlotData, VideoPreview
from datacubes.pages.links import cube_page_path
from datacubes.pages.plot_texts import line_profile_text, seeing_text

LIST_SIDE = 72


def thumbnail(image: ImagePreview | None) -> SafeString | str:
    """Draw a thumbnail for a list, where the row says what it shows."""
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
    """Draw the preview of a cube as large as a page has it."""
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
    """Show the movie of a cube, which loads once it is played."""
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
    """Draw the line profile and the seeing, say in words what they show, and link to where both can be explored."""
    if data is None or not (data.seeing or data.line_profile):
        return "–"
    profile, seeing = data.line_profile, data.seeing
    return format_html(
        '<div class="plots">{}{}</div><p><a href="{}">Explore the plots</a></p>',
        _plots_with_text(line_profile_plots(profile), line_profile_text(profile))
        if profile
        else format_html("<p>{}</p>", "There is no line profile."),
        _plots_with_text(seeing_plots(seeing), seeing_text(seeing))
        if seeing
        else format_html("<p>{}</p>", "There are no data on the seeing."),
        cube_page_path(cube.oid),
    )


def _plots_with_text(drawings: list[SafeString], text: str) -> SafeString:
    return format_html("<div>{}<p>{}</p></div>", format_html_join("", "{}", ((plot,) for plot in drawings)), text)
