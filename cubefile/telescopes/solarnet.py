"""Any telescope whose files have SOLARNET keywords and linear coordinates, such as AIA, HMI, SPICE, IRIS and DKIST.

Source: SOLARNET metadata recommendations, https://arxiv.org/abs/2011.12139 (WAVELNTH, WAVEMIN, WAVEMAX, WAVEBAND).
"""

from typing import TYPE_CHECKING

from common.errors import PermanentError
from cubefile.card_values import Keywords, is_number, required_text, text
from cubefile.telescopes.base import Telescope

if TYPE_CHECKING:
    from cubefile.cube import CubeFile


class Solarnet(Telescope):
    """Any telescope with SOLARNET keywords. Its OIDs are ``<DATE-BEG>_<INSTRUME>_<wavelength>``.

    An example is ``2014-06-10T12:00:00.34_AIA_171``. The wavelength is WAVELNTH in the header's own unit, or the middle
    of WAVEMIN and WAVEMAX. Files that share all three parts, such as a magnetogram and an image of HMI, need an OID
    from the order.
    """

    name = "solarnet"
    title = "Any file with SOLARNET keywords and linear coordinates"

    def oid(self, cube_file: "CubeFile") -> str:
        header = cube_file.image.header
        begin, instrument = required_text(header, "DATE-BEG"), required_text(header, "INSTRUME")
        wavelength = _wavelength(header)
        if not wavelength:
            raise PermanentError(
                "The header gives no wavelength, which is part of the OID: it has neither WAVELNTH nor both WAVEMIN "
                "and WAVEMAX. Add one of these to the header, or give an OID with the order."
            )
        return f"{begin}_{instrument}_{wavelength}"

    def spectral_line(self, header: Keywords) -> str:
        return text(header, "WAVEBAND") or _wavelength(header)


def _wavelength(header: Keywords) -> str:
    """Return the wavelength in the header's own unit, without trailing zeros."""
    characteristic = header.get("WAVELNTH")
    if is_number(characteristic):
        return f"{characteristic:.10g}"
    if characteristic is not None:
        return str(characteristic).strip()
    shortest, longest = header.get("WAVEMIN"), header.get("WAVEMAX")
    if is_number(shortest) and is_number(longest):
        return f"{shortest / 2 + longest / 2:.10g}"
    return ""
