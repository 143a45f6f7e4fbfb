"""The step `video_previews`: a movie and its poster."""

import os
from pathlib import Path

from django.conf import settings

from common.paths import open_confined
from datacubes.media import preview_folder
from datacubes.models import VideoPreview
from datacubes.steps.base import CubeRows, Material, Outcome, Step
from datacubes.steps.fingerprints import header_fingerprint
from previews.frames import choose_frame, scan_count
from previews.movies import MovieBounds, movie_of_cube, movie_of_file
from previews.sources import SourceFile, find_source

SUFFIXES = (".mov", ".mp4", ".avi")
NO_MOVIE = "The cube has one scan, and there is no movie beside it."


class VideoPreviewsStep(Step[VideoPreview | None]):
    """Makes a movie and its poster."""

    name = "video_previews"
    unchanged_reason = "The source of the movie has not changed."
    optional = True

    def fingerprint(self, material: Material) -> str | None:
        """Return a text that changes with the source: a movie file, or the cube."""
        source = _source(material)
        return source.fingerprint if source else header_fingerprint(material)

    def read(self, material: Material) -> VideoPreview | None:
        """Write the movie and its poster; None for a cube of one scan without a movie beside it."""
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

    def write(self, rows: CubeRows, values: VideoPreview | None) -> tuple[Outcome, str]:
        """Replace the movie. The old files are removed when the transaction commits."""
        gone = not rows.created and VideoPreview.objects.filter(cube=rows.cube).delete()[0]
        if values is None:
            return (Outcome.UPDATED if gone else Outcome.SKIPPED), NO_MOVIE
        values.cube = rows.cube
        values.save(force_insert=True)
        return Outcome.UPDATED, ""


def _source(material: Material) -> SourceFile | None:
    return find_source(material.cube_file, material.request.video_preview, SUFFIXES)
