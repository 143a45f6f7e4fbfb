"""The step `image_previews`: a thumbnail and larger images."""

import os
from pathlib import Path

from django.conf import settings

from common.paths import open_confined
from datacubes.media import preview_folder
from datacubes.models import DataCube, ImagePreview
from datacubes.steps.base import INGESTERS_VERSION, Material, Outcome, Step, header_fingerprint
from previews.frames import choose_frame
from previews.images import PreviewFile, previews_of_frame, previews_of_image_file
from previews.sources import SourceFile, find_source

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif")


def fingerprint(material: Material) -> str | None:
    """Name the state of the image that the previews are made from, or of the cube, and the sizes."""
    source = _source(material)
    state = source.fingerprint if source else header_fingerprint(material)
    return state and f"{state} {sorted(settings.IMAGE_PREVIEW_SIDES.items())} v{INGESTERS_VERSION}"


def read(material: Material) -> list[ImagePreview]:
    """Write the files of the previews.

    Raises
    ------
    PermanentError
        If the source is damaged or not an image.
    TransientError
        If the files cannot be written now.
    """
    folder = preview_folder(material.identity.date_beg)
    target = Path(settings.MEDIA_ROOT) / folder
    source = _source(material)
    if source is None:
        cube_file = material.cube_file
        files = previews_of_frame(cube_file, choose_frame(cube_file), settings.IMAGE_PREVIEW_SIDES, target)
    else:
        descriptor = open_confined(material.cube_file.root, source.relative_path)
        try:
            files = previews_of_image_file(descriptor, settings.IMAGE_PREVIEW_SIDES, target)
        finally:
            os.close(descriptor)
    material.new_files.extend(str(folder / file.file_name) for file in files)
    return [_row(file, folder) for file in files]


def write(cube: DataCube, previews: list[ImagePreview], *, created: bool) -> tuple[Outcome, str]:
    """Let the new previews take the place of those of before, whose files go when the transaction is committed."""
    if not created:
        cube.image_previews.all().delete()
    for preview in previews:
        preview.cube = cube
    ImagePreview.objects.bulk_create(previews)
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


STEP = Step("image_previews", fingerprint, read, write, "The source of the images has not changed.", optional=True)
