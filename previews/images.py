"""Image previews: of greys drawn from a frame, or of an image that the pipeline made.

Previews are baseline JPEG of quality 85. Measured on granulation with a spot, 1600 pixels wide, WebP takes 140 to 240
ms where even progressive JPEG takes 15 to 40 ms, at the same size for the same error. JPEG also keeps all 256 greys
of a frame, where WebP has 220 of them. Every browser shows both. Baseline JPEG takes a tenth of the time of
progressive JPEG, for six per cent more bytes (1157 pixels wide: 1.8 and 21.8 ms).
"""

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedReader, BytesIO, FileIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from common.errors import PermanentError, TransientError, on_one_line
from cubefile import CubeFile
from previews.frames import Index, read_frame, step_for
from previews.new_files import NewPart, finished, new_files
from previews.stretch import sample, stretch_limits, to_grey

# Below Pillow's own bound, so that an image is refused here, in a sentence, and not there.
MAX_IMAGE_PIXELS = 80_000_000
MAX_JPEG_SCANS = 100  # Progressive JPEGs have some 10; thousands in a small file keep a decoder busy for hours.

_FORMATS = ("PNG", "JPEG", "TIFF")
_QUALITY = 85
_TILE_TAGS = (322, 323)  # TIFF 6.0, section 15: TileWidth, TileLength
_PAPER = "white"  # Behind transparent pixels, as an image with them is drawn to lie on a page.


@dataclass(frozen=True)
class PreviewFile:
    """An image that was written.

    Attributes
    ----------
    size_name
        The name of its size in the mapping that was given.
    file_name
        Its name in the folder.
    width, height
        Pixels.
    byte_count
        Its length.
    """

    size_name: str
    file_name: str
    width: int
    height: int
    byte_count: int


def previews_of_frame(cube: CubeFile, index: Index, sides: Mapping[str, int], folder: Path) -> list[PreviewFile]:
    """Write previews of one frame of a cube, stretched and the right way up.

    Parameters
    ----------
    cube, index
        As for `frames.read_frame`.
    sides, folder
        As for `previews_of_greys`.

    Raises
    ------
    PermanentError
        If the frame cannot be read.
    TransientError
        If the folder cannot be written to.
    """
    frame = read_frame(cube, index, step_for(cube, max(sides.values())))
    grey = to_grey(frame, stretch_limits(sample(frame)))
    del frame  # Four times as large as its greys.
    return previews_of_greys(grey, sides, folder)


def previews_of_greys(grey: np.ndarray, sides: Mapping[str, int], folder: Path) -> list[PreviewFile]:
    """Write previews of an image of greys.

    Parameters
    ----------
    grey : ndarray
        uint8, shape (ny, nx), the first row on top.
    sides : mapping
        Name of each size to the length, in pixels, that the longer side of the preview has at most. Images are never
        enlarged; one that is smaller than several sizes is written for each of them.
    folder : Path
        Where to; made where it is missing.

    Raises
    ------
    TransientError
        If the folder cannot be written to.
    """
    return _write_previews(Image.fromarray(grey), sides, folder)


def previews_of_image_file(descriptor: int, sides: Mapping[str, int], folder: Path) -> list[PreviewFile]:
    """Write previews of an untrusted image file: PNG, JPEG or TIFF, of which the first page.

    An orientation in its EXIF data is applied, transparent pixels are laid on white. Greys of more than 8 bits are
    stretched as a frame is. Of colours of more than 8 bits, and of such greys with transparency, Pillow reads the upper
    8 alone, which are drawn as they are. Nothing but the pixels goes into the previews.

    Parameters
    ----------
    descriptor : int
        Of the file, opened for reading; it stays open.
    sides, folder
        As for `previews_of_greys`.

    Raises
    ------
    PermanentError
        If it is not an image of these formats, is damaged or cut short, or has more pixels than are read.
    TransientError
        If the storage answers with an error, or the folder cannot be written to.
    """
    image = _read_image(descriptor, max(sides.values()))
    return _write_previews(image, sides, folder)


def write_jpeg(image: Image.Image, new_part: NewPart, size_name: str) -> PreviewFile:
    """Write one image as one of the `new_files`."""
    image.info = {}  # Pillow would carry a comment and XMP data over.
    encoded = BytesIO()
    image.save(encoded, "JPEG", quality=_QUALITY)
    part = new_part(".jpg")
    # Not written by Pillow, which takes a write that a full disk has cut short for a whole one.
    byte_count = part.write_bytes(encoded.getvalue())
    return PreviewFile(size_name, finished(part).name, image.width, image.height, byte_count)


def shrink(image: Image.Image, side: int) -> Image.Image:
    """Scale an image down so that its longer side is `side`; one that is smaller is returned as it is."""
    longer = max(image.size)
    if longer <= side:
        return image
    width, height = (max(1, round(length * side / longer)) for length in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _write_previews(image: Image.Image, sides: Mapping[str, int], folder: Path) -> list[PreviewFile]:
    previews = {}
    with new_files(folder) as new_part:
        # Each from the next larger one: small images are scaled in no time.
        for size_name, side in sorted(sides.items(), key=lambda item: -item[1]):
            image = shrink(image, side)
            previews[size_name] = write_jpeg(image, new_part, size_name)
    return [previews[size_name] for size_name in sides]


class _UntrustedFile(BufferedReader):
    """A file whose lengths are not believed: to read many bytes takes memory for all of them, there or not."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read what is there, and ask for no more."""
        there = os.fstat(self.fileno()).st_size - self.tell()
        return super().read(there if size is None or size < 0 else max(0, min(size, there)))


def _read_image(descriptor: int, side: int) -> Image.Image:
    """Decode an untrusted image as L or RGB, scaled down so that its longer side is `side` at most."""
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        with _UntrustedFile(FileIO(descriptor, closefd=False)) as file, warnings.catch_warnings():
            # Of odd metadata, and of more pixels than Pillow likes, which are refused below.
            warnings.simplefilter("ignore")
            with Image.open(file, formats=_FORMATS) as image:
                _check(image, file)
                # Lets a JPEG be decoded at an eighth to a half of its size.
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
        # Pillow raises many types on damaged files.
        raise PermanentError(
            f"It cannot be read as a PNG, JPEG or TIFF image, or is damaged: {on_one_line(error)}"
        ) from error


def _check(image: Image.Image, file: BufferedReader) -> None:
    """Refuse, from the file's header, what would take much memory or time to decode."""
    tile = [int(image.tag_v2.get(tag, 0)) for tag in _TILE_TAGS] if isinstance(image, TiffImageFile) else [0, 0]
    for width, height in (image.size, tile):
        if width * height > MAX_IMAGE_PIXELS:
            raise PermanentError(
                f"The image has too many pixels, {width} × {height}; at most {MAX_IMAGE_PIXELS} are read."
            )
    if image.format == "JPEG":
        place = file.tell()
        file.seek(0)
        # Within compressed data a byte 0xFF is followed by 0, so that this counts scans, and those of a thumbnail.
        scans = sum(block.count(b"\xff\xda") for block in iter(lambda: file.read(2**20), b""))
        file.seek(place)
        if scans > MAX_JPEG_SCANS:
            raise PermanentError(f"The JPEG image has {scans} scans; at most {MAX_JPEG_SCANS} are read.")


def _small_picture(image: Image.Image, side: int) -> Image.Image:
    """Convert an image of any mode to L or RGB, its longer side `side` at most."""
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image).astype(np.float32)
        # Turned around, as `to_grey` expects a frame, whose first row is at the bottom.
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
