"""Writes FITS cubes that look like those of the Swedish 1-m Solar Telescope's pipeline.

The tests, the demonstration and the benchmarks use them. This module uses astropy and none of the archive's code, so
that the archive's readers are tested against an independent writer.
"""

import io
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from devtools import cube_cards, solar_patch
from devtools.cube_tables import START, STATISTICS, Field, Schedule, frame_statistics, tables
from devtools.fits_bytes import BLOCK, byte_sum, card_value, header_bytes, read_header, sealed, with_card

Shape = tuple[int, int, int, int, int]

AWKWARD_CARDS = (
    b"WINDSPD =                  NaN / [m/s] Wind, the sensor was off",
    "COMMENT Observed from the Roque de los Muchachos, La Palma, by Åke Öhman".encode("latin-1"),
)
"""Cards of real headers that the standard forbids: NaN as a value, bytes beyond ASCII.

For `write_cube(extra_cards=...)`. astropy warns when it opens such a file, and reports its CHECKSUM as wrong.
"""


def cube_filename(
    *,
    begin: str = "2019-04-19T17:34:39",
    line: str = "6173",
    scans: str = "0-4",
    polarimetry: bool = True,
    exported: str = "2021-05-28T15:08:12",
) -> str:
    """Return the pipeline's name for a cube."""
    stokes = "_stokes" if polarimetry else ""
    return f"nb_{line}_{begin}_scans={scans}{stokes}_corrected_export{exported}_im.fits"


def write_cube(
    path: Path,
    *,
    shape: Shape = (2, 4, 7, 60, 64),
    bitpix: int = -32,
    start: datetime = START,
    keywords: Mapping[str, object] | None = None,
    without: Collection[str] = (),
    extra_cards: Sequence[bytes] = (),
    seed: int = 0,
) -> Path:
    """Write a whole cube: data, primary header and extensions, all with valid checksums.

    Parameters
    ----------
    path : Path
        Its name becomes FILENAME. Missing folders are created; an existing file is replaced.
    shape : tuple of int
        Scans, Stokes components (1 or 4), wavelengths, rows, columns. The data are computed in memory.
    bitpix : int
        -32 for float32; 16 for integers scaled by BSCALE and BZERO.
    start : datetime
        The begin of the observation, UTC, without a time zone.
    keywords : mapping, optional
        Values that replace those of the primary header, or are added to it; None removes a keyword. A CHECKSUM
        among them is written instead of the correct one.
    without : collection of str
        Names of extensions to leave out.
    extra_cards : sequence of bytes
        Cards to append to the primary header byte for byte, for cards that astropy refuses to write.
    seed : int
        The same seed gives the same bytes.
    """
    path = Path(path)
    schedule = Schedule.of(shape[0], shape[2], start)
    data = solar_patch.stokes_cube(shape, schedule.wavelengths, seed)
    scaling = (1.0, 0.0)
    if bitpix == 16:
        data, scaling = _as_integers(data)
    elif bitpix != -32:
        raise ValueError(f"The pipeline writes BITPIX -32 or 16, not {bitpix}.")
    stored = data.astype(data.dtype.newbyteorder(">"))
    header, extensions = around_the_data(
        path.name,
        shape,
        schedule,
        statistics=frame_statistics(data, *scaling),
        datasum=byte_sum(stored),
        bitpix=bitpix,
        scaling=scaling,
        keywords=keywords or {},
        without=without,
        extra_cards=extra_cards,
        seed=seed,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(header)
        file.write(stored.data)
        file.write(bytes(-stored.nbytes % BLOCK))
        file.write(extensions)
    return path


def write_sparse_cube(path: Path, *, size_bytes: int, keywords: Mapping[str, object] | None = None) -> Path:
    """Write a cube of real size that takes no disk space: its data are a hole in the file, read as zeros.

    Parameters
    ----------
    path : Path
        A path on a file system with sparse files.
    size_bytes : int
        The approximate size of the data, at least 263 kB. Frames have 1173 columns, 14 wavelengths and four Stokes
        components; the numbers of rows and scans follow from the size.
    keywords : mapping, optional
        As in `write_cube`.
    """
    path = Path(path)
    real_scan, row_of_scan = 4 * 14 * 1157 * 1173 * 4, 4 * 14 * 1173 * 4
    nscan = max(1, size_bytes // real_scan)
    shape = (nscan, 4, 14, size_bytes // (nscan * row_of_scan), 1173)
    if shape[3] == 0:
        raise ValueError(f"A sparse cube has at least {row_of_scan} bytes of data, not {size_bytes}.")
    header, extensions = around_the_data(
        path.name,
        shape,
        Schedule.of(nscan, 14, START),
        statistics={name: np.zeros(shape[:3]) for name in STATISTICS},
        datasum=0,
        bitpix=-32,
        scaling=(1.0, 0.0),
        keywords=keywords or {},
        without=(),
        extra_cards=(),
        seed=0,
    )
    data_size = 4 * int(np.prod(shape))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(header)
        file.seek(data_size + -data_size % BLOCK, io.SEEK_CUR)
        file.write(extensions)
    return path


def edit_keyword(path: Path, keyword: str, value: object, *, extension: str = "", checksum: bool = True) -> None:
    """Change one keyword of a header in place, without reading the data.

    Parameters
    ----------
    path : Path
        A cube with DATASUM and CHECKSUM.
    keyword : str
        Replaced at its place, or added at the end of the header.
    value : object
        The new value; None removes the keyword.
    extension : str
        The EXTNAME of the extension to edit; empty for the primary header.
    checksum : bool
        False keeps the old CHECKSUM, which then contradicts the header.

    Raises
    ------
    ValueError
        If the header would need another number of blocks, or has no DATASUM to compute CHECKSUM from.
    """
    place = 0
    if extension:
        with fits.open(path) as hdus:
            place = hdus[extension].fileinfo()["hdrLoc"]
    with Path(path).open("r+b") as file:
        file.seek(place)
        header = read_header(file)
        changed = with_card(header, keyword, value)
        if checksum and keyword != "CHECKSUM":
            datasum = card_value(header, "DATASUM")
            if datasum is None:
                raise ValueError(f"{path} has no DATASUM: its CHECKSUM cannot be computed from the header alone.")
            changed = sealed(changed, int(str(datasum)))
        file.seek(place)
        file.write(changed)


def many_cubes(folder: Path, count: int, *, shape: Shape = (1, 1, 2, 4, 4), **options: Any) -> list[Path]:
    """Write many cubes quickly: the same observation on consecutive days, back in time.

    The first cube is that of `write_cube` with these options. The others differ in the day, in file name, header and
    tables, and have valid checksums. All have the same pixels.

    Returns
    -------
    list of Path
        One path for each day, the latest first.
    """
    folder = Path(folder)
    first_day = f"{START:%Y-%m-%d}"
    scans = f"0-{shape[0] - 1}" if shape[0] > 1 else "0"
    name = cube_filename(scans=scans, polarimetry=shape[1] > 1)
    first = write_cube(folder / name, shape=shape, **options)
    units = _units(first)
    paths = [first]
    for days in range(1, count):
        day = f"{START - timedelta(days=days):%Y-%m-%d}"
        path = folder / first.name.replace(first_day, day)
        with path.open("wb") as file:
            for header, data in units:
                file.write(_on_another_day(header, data, first_day.encode(), day.encode()))
        paths.append(path)
    return paths


def around_the_data(
    filename: str,
    shape: Shape,
    schedule: Schedule,
    *,
    statistics: Mapping[str, np.ndarray],
    datasum: int,
    bitpix: int,
    scaling: tuple[float, float],
    keywords: Mapping[str, object],
    without: Collection[str],
    extra_cards: Sequence[bytes],
    seed: int,
    field: Field = Field(),  # noqa: B008 - it cannot be changed.
    instrument: str = "CRISP",
) -> tuple[bytes, bytes]:
    """Return the bytes before the data (the primary header) and behind them (the extensions)."""
    names, extensions = _extensions(shape, schedule, statistics, seed, frozenset(without), field)
    header = cube_cards.primary_header(
        shape,
        schedule,
        bitpix=bitpix,
        scaling=scaling,
        filename=filename,
        extensions=names,
        statistics={key: float(np.median(values)) for key, values in statistics.items()},
        field=field,
        instrument=instrument,
    )
    header["DATASUM"] = str(datasum)
    for keyword, value in keywords.items():
        if value is None:
            header.remove(keyword, ignore_missing=True, remove_all=True)
        else:
            header[keyword] = value
    text = header_bytes(header, extra_cards)
    return text if "CHECKSUM" in keywords else sealed(text, datasum), extensions


_KEPT = 32
_extensions_made: dict[tuple[object, ...], tuple[list[str], bytes]] = {}


def _extensions(
    shape: Shape,
    schedule: Schedule,
    statistics: Mapping[str, np.ndarray],
    seed: int,
    without: frozenset[str],
    field: Field,
) -> tuple[list[str], bytes]:
    """Return the names and the bytes of the extensions.

    The latest ones are cached: tests write the same small cubes repeatedly with other keywords, and astropy needs most
    of the time for the tables.
    """
    arrays = (schedule.begin, schedule.wavelengths, *statistics.values())
    key = (shape, schedule.reference, seed, without, field, *(values.tobytes() for values in arrays))
    if key not in _extensions_made:
        made = tables(shape, schedule, statistics, seed, without, field)
        buffer = io.BytesIO()
        # astropy always writes a primary HDU first; this empty one has one block, which is cut off again.
        fits.HDUList([fits.PrimaryHDU(), *made]).writeto(buffer)
        if len(_extensions_made) == _KEPT:
            del _extensions_made[next(iter(_extensions_made))]
        _extensions_made[key] = [table.name for table in made], buffer.getvalue()[BLOCK:]
    return _extensions_made[key]


def _as_integers(data: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """Scale data to 16 bits, and return the integers with BSCALE and BZERO."""
    low, high = float(data.min()), float(data.max())
    # Few digits, so that the header's text equals the number used here.
    bscale, bzero = (float(f"{value:.6e}") for value in ((high - low) / 65000 or 1.0, (high + low) / 2))
    return np.round((data.astype("f8") - bzero) / bscale).astype("i2"), (bscale, bzero)


def _units(path: Path) -> list[tuple[bytes, bytes]]:
    """Split a file into its HDUs, and return header and data of each as bytes."""
    content = path.read_bytes()
    with fits.open(path) as hdus:
        places = [hdu.fileinfo() for hdu in hdus]
    return [(content[p["hdrLoc"] : p["datLoc"]], content[p["datLoc"] : p["datLoc"] + p["datSpan"]]) for p in places]


def _on_another_day(header: bytes, data: bytes, old: bytes, new: bytes) -> bytes:
    """Replace a day by another one of the same length in one HDU, and update the checksums."""
    if old not in header and old not in data:
        return header + data
    data = data.replace(old, new)
    datasum = byte_sum(data)
    # The new text has the length of the old one, so no header grows.
    header = with_card(header.replace(old, new), "DATASUM", str(datasum))
    return sealed(header, datasum) + data
