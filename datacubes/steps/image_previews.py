"""The step `image_previews`: a thumbnail and larger images."""

import os
from pathlib import Path

from django.conf import settings

from common.paths import open_confined
from datacubes.media import preview_folder
from datacubes.models import ImagePreview
from datacubes.steps.base import CubeRows, Material, Outcome, Step
from datacubes.steps.fingerprints import header_fingerprint
from previews.frames import choose_frame, sharpest_scan
from previews.images import PreviewFile, previews_of_frame, previews_of_image_file
from previews.sources import SourceFile, find_source

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif")


class ImagePreviewsStep(Step[list[ImagePreview]]):
    """Draws a thumbnail and larger images."""

    name = "image_previews"
    version = 2
    unchanged_reason = "The source of the images has not changed."
    optional = True

    def fingerprint(self, material: Material) -> str | None:
        """Return a text that changes with the sizes and with the source: an image file, or the cube."""
        source = _source(material)
        state = source.fingerprint if source else header_fingerprint(material)
        return state and f"{state} {sorted(settings.IMAGE_PREVIEW_SIDES.items())}"

    def read(self, material: Material) -> list[ImagePreview]:
        folder = preview_folder(material.identity.date_beg)
        target = Path(settings.MEDIA_ROOT) / folder
        source = _source(material)
        if source is None:
            cube_file = material.cube_file
            index = sharpest_scan(cube_file, choose_frame(cube_file))
            files = previews_of_frame(cube_file, index, settings.IMAGE_PREVIEW_SIDES, target)
        else:
            descriptor = open_confined(material.cube_file.root, source.relative_path)
            try:
                files = previews_of_image_file(descriptor, settings.IMAGE_PREVIEW_SIDES, target)
            finally:
                os.close(descriptor)
        material.new_files.extend(str(folder / file.file_name) for file in files)
        return [_row(file, folder) for file in files]

    def write(self, rows: CubeRows, values: list[ImagePreview]) -> tuple[Outcome, str]:
        """Replace the previews. The old files are removed when the transaction commits."""
        if not rows.created:
            rows.cube.image_previews.all().delete()
        for preview in values:
            preview.cube = rows.cube
        ImagePreview.objects.bulk_create(values)
        return Outcome.UPDATED, ""


def _source(material: Material) -> SourceFile | None:
    return find_source(material.cube_file, material.request.image_preview, SUFFIXES)


def _row(file: PreviewFile, folder: Path) -> ImagePreview:
    return ImagePreview(
        size_name=file.size_name,
        file=str(folder / file.file_name),
        width=file.width,
        height=file.height,
        size=file.byte_count,
    )
