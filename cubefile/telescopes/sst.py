"""The Swedish 1-m Solar Telescope: files that its pipeline SSTRED exports."""

import re
from typing import TYPE_CHECKING

from common.errors import PermanentError
from cubefile.card_values import Keywords, required_text, text
from cubefile.layout import Layout
from cubefile.names import looks_like_cube, stem
from cubefile.telescopes.base import Line, Product, Telescope, filename

if TYPE_CHECKING:
    import numpy as np

    from cubefile.cube import CubeFile

_SCANS_IN_FILENAME = re.compile(r"_scans=([^_]+)")
_TIME_OF_EXPORT = re.compile(r"_export([^_]*)")
_WIDE_BAND = "wb_"
_SPECTRAL_CUBE = "_sp"
_SCAN_NUMBERS = "VAR-EXT-SCANNUM"


class SST(Telescope):
    """The SST with its instruments CRISP and CHROMIS.

    The OID is ``<DATE-BEG>_<FILTER1>_<scans>``, such as ``2019-04-19T17:34:55.50395_6173_0-4``. An export has up to
    three products with the same keywords:

    - ``nb_…_im.fits``: narrow-band images. They have this OID.
    - ``wb_…_im.fits``: wide-band images. Their OID ends in ``_wb``.
    - ``nb_…_sp.fits``: the spectral cube, with the data of the narrow-band images in another order of axes. It is a
      companion of these.
    """

    name = "sst"
    title = "Swedish 1-m Solar Telescope (SSTRED)"
    layout = Layout(
        default_axes={3: "wavelength", 4: "stokes", 5: "scan"},
        coordinates="WCS-TAB",
        seeing="VAR-EXT-ATMOS_R0",
        medians="VAR-EXT-DATAMEDN",
        begins="VAR-EXT-DATE-BEG",
        ends="VAR-EXT-DATE-END",
    )
    # By FILTER1.
    lines = {
        "3934": Line("Ca II K", 393.37),
        "3950": Line("Ca II H and K", None),
        "4000": Line("Continuum", 399.99),
        "4001": Line("Continuum", 399.99),
        "4846": Line("H-beta", 486.13),
        "4861": Line("H-beta", 486.13),
        "4862": Line("H-beta", 486.13),
        "5173": Line("Mg I b2", 517.27),
        "5250": Line("Fe I", 525.02),
        "5380": Line("C I", 538.03),
        "5576": Line("Fe I", 557.61),
        "5876": Line("He I D3", 587.56),
        "5896": Line("Na I D1", 589.59),
        "6173": Line("Fe I", 617.33),
        "6301": Line("Fe I", 630.15),
        "6302": Line("Fe I", 630.25),
        "6563": Line("H-alpha", 656.28),
        "7772": Line("O I", 777.19),
        "8542": Line("Ca II", 854.21),
    }

    def oid(self, cube_file: "CubeFile") -> str:
        """Join DATE-BEG, FILTER1 and the scans. These come from FILENAME, the table of scans or SCANNUM."""
        header = cube_file.image.header
        begin, line = required_text(header, "DATE-BEG"), required_text(header, "FILTER1")
        ending = "_wb" if filename(cube_file).startswith(_WIDE_BAND) else ""
        return f"{begin}_{line}_{_scans(cube_file)}{ending}"

    def product(self, cube_file: "CubeFile") -> Product:
        """Return the name without the time of the export; a name that ends in ``_sp`` is a companion's."""
        written_as = filename(cube_file)
        name, exported = _TIME_OF_EXPORT.sub("", written_as), _TIME_OF_EXPORT.search(written_as)
        is_spectral = stem(name).endswith(_SPECTRAL_CUBE)
        return Product(name, _SPECTRAL_CUBE.strip("_") if is_spectral else "", exported[1] if exported else "")

    def spectral_line(self, header: Keywords) -> str:
        return text(header, "FILTER1")


def sparse_list(numbers: list[int]) -> str:
    """Return numbers as a sparse list such as ``0-36,38,39``; three or more consecutive numbers become a range."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in ranges)


def _scans(cube_file: "CubeFile") -> str:
    header = cube_file.image.header
    match = _SCANS_IN_FILENAME.search(text(header, "FILENAME"))
    if match:
        return stem(match[1]) if looks_like_cube(match[1]) else match[1]
    numbers = cube_file.table_column(_SCAN_NUMBERS, "SCANNUM")
    if numbers is not None:
        return sparse_list(_scan_numbers(numbers))
    scan = text(header, "SCANNUM")
    if not scan:
        raise PermanentError(
            "The file does not give its scans, which are part of the OID: FILENAME has no “_scans=…”, and the file has "
            f"neither a table {_SCAN_NUMBERS} nor SCANNUM. Add one of these, or give an OID with the order."
        )
    return scan


def _scan_numbers(column: "np.ndarray") -> list[int]:
    import numpy as np

    integers = np.unique(column) if column.dtype.kind in "iuf" else np.empty(0)
    if integers.size == 0 or not np.isfinite(integers).all() or (integers != np.floor(integers)).any():
        raise PermanentError(
            f"The table {_SCAN_NUMBERS} holds values that are not scan numbers. These are part of the OID: correct the "
            "table, or give an OID with the order."
        )
    return integers.astype(np.int64).tolist()
