"""Writes image previews, of the greys of a frame or of an image that the pipeline made.

Previews are baseline JPEG of quality 85. It takes a seventh of the time of progressive JPEG, for nine per cent more
bytes. WebP of the same error takes 20 times as long, for five per cent fewer bytes, and keeps 220 of the 256 greys of a
frame. `python -m benchmarks movies` measures them.
"""

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BufferedReader, BytesIO, FileIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from common.errors import PermanentError, TransientError, on_one_line
from cubefile.cube import CubeFile
from previews.frames import Index, read_frame, step_for
from previews.new_files import NewPart, finished, new_files
from previews.stretch import sample, stretch_limits, to_grey

# Below Pillow's own bound, so that this module refuses an image first, with its own sentence.
MAX_IMAGE_PIXELS = 80_000_000
MAX_JPEG_SCANS = 100  # Progressive JPEGs have some 10; thousands in a small file keep a decoder busy for hours.

_FORMATS = ("PNG", "JPEG", "TIFF")
_QUALITY = 85
_TILE_TAGS = (322, 323)  # TIFF 6.0, section 15: TileWidth, TileLength
_PAPER = "white"  # Behind transparent pixels, as authors expect a page there.


@dataclass(frozen=True)
class PreviewFile:
    """A written image.

    Attributes
    ----------
    size_name
        The name of its size in the caller's mapping.
    file_name
        Its name in the folder.
    width, height
        In pixels.
    byte_count
        The size of the file.
    """

    size_name: str
    file_name: str
    width: int
    height: int
    byte_count: int


def previews_of_frame(cube: CubeFile, index: Index, sides: Mapping[str, int], folder: Path) -> list[PreviewFile]:
    """Write previews of one frame of a cube, stretched, with the first row of FITS at the bottom.

    Parameters
    ----------
    cube, index
        As in `frames.read_frame`.
    sides, folder
        As in `previews_of_greys`.

    Raises
    ------
    PermanentError
        If the frame cannot be read.
    TransientError
        If the folder cannot be written to.
    """
    frame = read_frame(cube, index, step_for(cube, max(sides.values())))
    grey = to_grey(frame, stretch_limits(sample(frame)))
    del frame  # It takes four times the memory of its greys.
    return previews_of_greys(grey, sides, folder)


def previews_of_greys(grey: np.ndarray, sides: Mapping[str, int], folder: Path) -> list[PreviewFile]:
    """Write previews of an image of greys.

    Parameters
    ----------
    grey : ndarray
        uint8, shape (ny, nx), the first row on top.
    sides : mapping
        The maximum length of the preview's longer side in pixels, by the name of the size. An image is never enlarged;
        one that is smaller than several sizes is written once, and they share the file.
    folder : Path
        The folder to write to; it is created if it is missing.

    Raises
    ------
    TransientError
        If the folder cannot be written to.
    """
    return _write_previews(Image.fromarray(grey), sides, folder)


def previews_of_image_file(descriptor: int, sides: Mapping[str, int], folder: Path) -> list[PreviewFile]:
    """Write previews of an untrusted image file: PNG, JPEG, or the first page of a TIFF.

    The orientation in EXIF data is applied, and transparent pixels are laid on white. Greys of more than 8 bits are
    stretched as a frame is. Colours of more than 8 bits, and such greys with transparency, are drawn from their upper
    8 bits, which are all that Pillow reads. The previews carry only pixels: no metadata.

    Parameters
    ----------
    descriptor : int
        The file, opened for reading; it stays open.
    sides, folder
        As in `previews_of_greys`.

    Raises
    ------
    PermanentError
        If it is not an image of these formats, is damaged or cut short, or has more than `MAX_IMAGE_PIXELS`.
    TransientError
        If the storage answers with an error, or the folder cannot be written to.
    """
    image = _read_image(descriptor, max(sides.values()))
    return _write_previews(image, sides, folder)


def write_jpeg(image: Image.Image, new_part: NewPart, size_name: str) -> PreviewFile:
    """Write one image as one of the `new_files`."""
    image.info = {}  # Pillow would copy a comment and XMP data.
    encoded = BytesIO()
    image.save(encoded, "JPEG", quality=_QUALITY)
    part = new_part(".jpg")
    # Not written by Pillow, which does not notice a write that a full disk has cut short.
    byte_count = part.write_bytes(encoded.getvalue())
    return PreviewFile(size_name, finished(part).name, image.width, image.height, byte_count)


def shrink(image: Image.Image, side: int) -> Image.Image:
    """Scale an image down until its longer side is `side`; return a smaller image unchanged."""
    longer = max(image.size)
    if longer <= side:
        return image
    width, height = (max(1, round(length * side / longer)) for length in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _write_previews(image: Image.Image, sides: Mapping[str, int], folder: Path) -> list[PreviewFile]:
    previews: dict[str, PreviewFile] = {}
    written = None
    with new_files(folder) as new_part:
        # Each size is made from the next larger one, which is faster than from the full image.
        for size_name, side in sorted(sides.items(), key=lambda item: -item[1]):
            image = shrink(image, side)
            if written is None or image.size != (written.width, written.height):
                written = write_jpeg(image, new_part, size_name)
            previews[size_name] = replace(written, size_name=size_name)
    return [previews[size_name] for size_name in sides]


class _UntrustedFile(BufferedReader):
    """A reader that allocates memory only for bytes that exist, regardless of the length that a file claims."""

    def read(self, size: int | None = -1, /) -> bytes:
        there = os.fstat(self.fileno()).st_size - self.tell()
        return super().read(there if size is None or size < 0 else max(0, min(size, there)))


def _read_image(descriptor: int, side: int) -> Image.Image:
    """Decode an untrusted image as L or RGB, scaled down until its longer side is at most `side`."""
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        with _UntrustedFile(FileIO(descriptor, closefd=False)) as file, warnings.catch_warnings():
            # Pillow warns about odd metadata and about many pixels; too many are refused below.
            warnings.simplefilter("ignore")
            with Image.open(file, formats=_FORMATS) as image:
                _check(image, file)
                # Decodes a JPEG at an eighth to a half of its size.
                image.draft(None, (2 * side, 2 * side))
                image.load()
                ImageOps.exif_transpose(image, in_place=True)
                return _small_picture(image, side)
    except (PermanentError, MemoryError):
        raise
    except UnidentifiedImageError as error:
        raise PermanentError("It is not a PNG, JPEG or TIFF image, or its beginning is damaged.") from error
    except Image.DecompressionBombError as error:
        raise PermanentError(f"The image has too many pixels; at most {MAX_IMAGE_PIXELS} are read.") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise TransientError(f"The image cannot be read: {error.strerror}.") from error
        # Pillow raises exceptions of many types on damaged files.
        raise PermanentError(f"It is not a PNG, JPEG or TIFF image, or is damaged: {on_one_line(error)}") from error


def _check(image: Image.Image, file: BufferedReader) -> None:
    """Refuse an image whose header shows that decoding would take too much memory or time."""
    tile = [int(image.tag_v2.get(tag, 0)) for tag in _TILE_TAGS] if isinstance(image, TiffImageFile) else [0, 0]
    for width, height in (image.size, tile):
        if width * height > MAX_IMAGE_PIXELS:
            raise PermanentError(
                f"The image has too many pixels, {width} × {height}; at most {MAX_IMAGE_PIXELS} are read."
            )
    if image.format == "JPEG":
        place = file.tell()
        file.seek(0)
        # Compressed data have a 0 behind each 0xFF, so this counts only markers of scans, including a thumbnail's.
        scans = sum(block.count(b"\xff\xda") for block in iter(lambda: file.read(2**20), b""))
        file.seek(place)
        if scans > MAX_JPEG_SCANS:
            raise PermanentError(f"The JPEG image has {scans} scans; at most {MAX_JPEG_SCANS} are read.")


def _small_picture(image: Image.Image, side: int) -> Image.Image:
    """Convert an image of any mode to L or RGB, with a longer side of at most `side`."""
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image).astype(np.float32)
        # Reverse the rows, because `to_grey` expects the first row at the bottom.
        return shrink(Image.fromarray(to_grey(values[::-1], stretch_limits(sample(values)))), side)
    transparent = image.has_transparency_data
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        opaque_mode = "L" if image.mode == "1" else "RGB"
        image = image.convert("RGBA" if transparent else opaque_mode)
    image = shrink(image, side)
    if not transparent:
        return image
    image = image.convert("RGBA")
    paper = Image.new("RGB", image.size, _PAPER)
    paper.paste(image, mask=image.getchannel("A"))
    return paper
