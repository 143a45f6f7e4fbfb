"""Which image of a file is the cube: that of the primary HDU, or else the one in an extension that has its keywords."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.errors import PermanentError, quoted
from cubefile.compressed import image_header, is_compressed
from cubefile.hdu import HDU, read_axes
from cubefile.header import Header

KEYWORDS = ("DATE-BEG", "INSTRUME")
"""What the header of a cube has."""

_MOST_NAMED = 5


@dataclass(frozen=True)
class CubeImage:
    """An image and its header.

    Attributes
    ----------
    hdu
        The HDU that holds it, as it is in the file.
    header_bytes, header
        The header of the image: that of the HDU, or, if it is compressed, the one that it has when it is unpacked.
    bitpix
        BITPIX of the image.
    shape
        The lengths of the axes in numpy's order; empty where there is no image.
    elsewhere
        A sentence that says where the images are, if there is none here.
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
        If it is compressed and its size is missing or wrong.
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
        The one image in an extension with the keywords of a cube; failing that, the empty primary HDU if this has them,
        or if there is no image at all.

    Raises
    ------
    PermanentError
        That says where the images are, if none or several of them could be the cube.
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
