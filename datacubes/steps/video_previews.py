"""The step `video_previews`: a movie and its poster."""

import os
from pathlib import Path

from django.conf import settings

from common.paths import open_confined
from datacubes.media import preview_folder
from datacubes.models import DataCube, VideoPreview
from datacubes.steps.base import INGESTERS_VERSION, Material, Outcome, Step, header_fingerprint
from previews.frames import choose_frame, scan_count
from previews.movies import MovieBounds, movie_of_cube, movie_of_file
from previews.sources import SourceFile, find_source

SUFFIXES = (".mov", ".mp4", ".avi")
NO_MOVIE = "The cube has one scan, and there is no movie beside it."


def fingerprint(material: Material) -> str | None:
    """Name the state of the movie that the preview is made from, or of the cube."""
    source = _source(material)
    state = source.fingerprint if source else header_fingerprint(material)
    return state and f"{state} v{INGESTERS_VERSION}"


def read(material: Material) -> VideoPreview | None:
    """Write the movie and its poster; None for a cube of one scan without a movie beside it.

    Raises
    ------
    PermanentError
        If the source is damaged or not a movie, or takes more than it may.
    TransientError
        If the files cannot be written now.
    """
    cube_file = material.cube_file
    folder = preview_folder(material.identity.date_beg)
    target = Path(settings.MEDIA_ROOT) / folder
    source = _source(material)
    if source is not None:
        descriptor = open_confined(cube_file.root, source.relative_path)
        try:
            movie = movie_of_file(descriptor, target, MovieBounds())
        finally:
            os.close(descriptor)
    elif scan_count(cube_file) > 1:
        movie = movie_of_cube(cube_file, choose_frame(cube_file), target, MovieBounds())
    else:
        return None
    names = [str(folder / name) for name in (movie.file_name, movie.poster.file_name)]
    material.new_files.extend(names)
    return VideoPreview(
        file=names[0],
        poster=names[1],
        width=movie.width,
        height=movie.height,
        seconds=movie.seconds,
        size=movie.byte_count,
    )


def write(cube: DataCube, preview: VideoPreview | None, *, created: bool) -> tuple[Outcome, str]:
    """Let the new movie take the place of the one before, whose files go when the transaction is committed."""
    gone = not created and VideoPreview.objects.filter(cube=cube).delete()[0]
    if preview is None:
        return (Outcome.UPDATED if gone else Outcome.SKIPPED), NO_MOVIE
    preview.cube = cube
    preview.save(force_insert=True)
    return Outcome.UPDATED, ""


def _source(material: Material) -> SourceFile | None:
    return find_source(material.cube_file, material.request.video_preview, SUFFIXES)


STEP = Step("video_previews", fingerprint, read, write, "The source of the movie has not changed.", optional=True)
