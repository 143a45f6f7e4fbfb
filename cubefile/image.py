"""Chooses the image that is the cube: that of the primary HDU, or else of the extension with a cube's keywords."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.errors import PermanentError, quoted
from cubefile.compressed import image_header, is_compressed
from cubefile.hdu import HDU, read_axes
from cubefile.header import Header

KEYWORDS = ("DATE-BEG", "INSTRUME")
"""The keywords that the header of every cube has."""

_MOST_NAMED = 5


@dataclass(frozen=True)
class CubeImage:
    """An image and its header.

    Attributes
    ----------
    hdu
        The HDU in the file that holds it.
    header_bytes, header
        The header of the image: that of the HDU, or of the unpacked image if it is compressed.
    bitpix
        BITPIX of the image.
    shape
        The lengths of the axes in numpy's order; empty if there is no image.
    elsewhere
        If this HDU has no image: a sentence that says where the images are.
    """

    hdu: HDU
    header_bytes: bytes
    header: Header
    bitpix: int
    shape: tuple[int, ...]
    elsewhere: str = ""


def image_of(hdu: HDU, elsewhere: str = "") -> CubeImage:
    """Return the image of an HDU.

    Raises
    ------
    PermanentError
        If the image is compressed and the keywords of its size are missing or wrong.
    """
    if not is_compressed(hdu):
        return CubeImage(hdu, hdu.header_bytes, hdu.header, hdu.bitpix, hdu.shape, elsewhere)
    bitpix, axes = read_axes(hdu.header, "Z")
    header_bytes = image_header(hdu)
    shape = tuple(reversed(axes)) if 0 not in axes else ()
    return CubeImage(hdu, header_bytes, Header(header_bytes), bitpix, shape)


def image_in_extensions(primary: HDU, extensions: Sequence[HDU]) -> CubeImage:
    """Choose the image of a file whose primary HDU is empty.

    Returns
    -------
    CubeImage
        The only image in an extension with a cube's keywords. Otherwise the empty primary HDU, if it has these
        keywords or if the file has no image.

    Raises
    ------
    PermanentError
        Saying where the images are, if none or several of them could be the cube.
    """
    found = [(number, hdu) for number, hdu in enumerate(extensions, 1) if _holds_image(hdu)]
    complete = [hdu for _, hdu in found if _has_keywords(hdu)]
    if len(complete) == 1:
        return image_of(complete[0])
    if not found:
        return image_of(primary)
    elsewhere = f"The primary HDU is empty; {_named(found)}. A cube is the only image with {' and '.join(KEYWORDS)}"
    elsewhere += f" in its header, and {len(complete) or 'none'} of these {'have' if complete else 'has'} them."
    if not _has_keywords(primary):
        raise PermanentError(elsewhere)
    return image_of(primary, elsewhere)


def _holds_image(hdu: HDU) -> bool:
    if is_compressed(hdu):
        return True
    return hdu.header.get("XTENSION") == "IMAGE" and len(hdu.shape) >= 2


def _has_keywords(hdu: HDU) -> bool:
    return all(hdu.header.get(keyword) is not None for keyword in KEYWORDS)


def _named(found: Sequence[tuple[int, HDU]]) -> str:
    names = [f"{number} ({quoted(hdu.name)})" if hdu.name else str(number) for number, hdu in found]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    listed = ", ".join(names[:_MOST_NAMED]) + more
    return f"extension {listed} holds an image" if len(names) == 1 else f"extensions {listed} hold images"
