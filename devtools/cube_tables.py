"""Makes the extensions of the sample cubes: binary tables of one row whose columns are arrays (TDIM)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
from astropy.io import fits

from devtools import solar_patch

START = datetime(2019, 4, 19, 17, 34, 55, 503950)
"""The begin of the sample cubes' observation, UTC."""

FIELD_CENTRE = (-352.4, 118.9)
FIELD_SIZE = (69.4, 68.5)
UPDATED = "updated 2021-05-28T15:08:12"

_STEP = 1.35
_BETWEEN_SCANS = 0.8
_EXPOSURE = 0.0172
_EXPOSURES = 12
_PERCENTILES = (1, 2, 5, 10, 25, 75, 90, 95, 98, 99)

STATISTICS = (
    *("DATAMIN", "DATAMAX", "DATAMEAN", "DATARMS", "DATASKEW", "DATAKURT", "DATAMEDN"),
    *(f"DATAP{percent:02}" for percent in _PERCENTILES),
)
"""SOLARNET's keywords for the statistics of a frame."""


@dataclass(frozen=True)
class Field:
    """Centre and size of the field of view, arcsec: along x and y each."""

    centre: tuple[float, float] = FIELD_CENTRE
    size: tuple[float, float] = FIELD_SIZE


@dataclass(frozen=True)
class Schedule:
    """The times and wavelengths of a cube's frames.

    Attributes
    ----------
    reference : datetime
        DATEREF, the zero of all times: midnight before the observation.
    begin, end : ndarray
        Seconds since `reference`, shape (nscan, nwave).
    wavelengths : ndarray
        In nm, shape (nwave,).
    scans : ndarray
        Scan numbers, shape (nscan,).
    """

    reference: datetime
    begin: np.ndarray
    end: np.ndarray
    wavelengths: np.ndarray
    scans: np.ndarray

    @classmethod
    def of(cls, nscan: int, nwave: int, start: datetime) -> "Schedule":
        """Return a schedule of `nscan` scans over `nwave` wavelengths across the line, from `start` (UTC, naive)."""
        offsets = np.linspace(-0.035, 0.035, nwave) if nwave > 1 else np.zeros(1)
        return cls.through(solar_patch.LINE_CENTRE + offsets, nscan, start)

    @classmethod
    def through(cls, wavelengths: np.ndarray, nscan: int, start: datetime, cadence: float | None = None) -> "Schedule":
        """Step through these wavelengths (nm); a scan begins every `cadence` seconds, or as soon as it can."""
        reference = datetime.combine(start, time.min)
        scans = np.arange(nscan)
        cadence = cadence or len(wavelengths) * _STEP + _BETWEEN_SCANS
        first = (start - reference).total_seconds() + scans[:, None] * cadence
        begin = first + np.arange(len(wavelengths)) * _STEP
        return cls(reference, begin, begin + _STEP - 0.1, wavelengths, scans)

    @property
    def middle(self) -> np.ndarray:
        """Seconds since `reference`, shape (nscan, nwave)."""
        return (self.begin + self.end) / 2

    def iso(self, seconds: float) -> str:
        """Return seconds since `reference` as UTC with microseconds: 26 characters."""
        return (self.reference + timedelta(seconds=float(seconds))).isoformat(timespec="microseconds")


def frame_statistics(data: np.ndarray, bscale: float, bzero: float) -> dict[str, np.ndarray]:
    """Return statistics of every frame of stored data, in physical units.

    Returns
    -------
    dict
        A float64 array of shape (nscan, nstokes, nwave) for each of `STATISTICS`.
    """
    frames = data.reshape(-1, data.shape[-2] * data.shape[-1])
    table = np.empty((len(frames), len(STATISTICS)))
    # One frame at a time: a copy of a whole cube as float64 would not fit into memory.
    for row, frame in zip(table, frames, strict=True):
        values = frame * np.float64(bscale) + bzero if (bscale, bzero) != (1, 0) else frame.astype("f8")
        deviations = values - values.mean()
        squares = deviations**2
        rms = np.sqrt(squares.mean())
        skewness, kurtosis = 0.0, 0.0
        if rms:
            skewness = (squares * deviations).mean() / rms**3
            kurtosis = (squares * squares).mean() / rms**4 - 3
        row[:6] = values.min(), values.max(), values.mean(), rms, skewness, kurtosis
        row[6:] = np.percentile(values, (50, *_PERCENTILES))
    return {name: table[:, i].reshape(data.shape[:3]) for i, name in enumerate(STATISTICS)}


def tables(
    shape: tuple[int, int, int, int, int],
    schedule: Schedule,
    statistics: Mapping[str, np.ndarray],
    seed: int,
    without: frozenset[str],
    field: Field,
) -> list[fits.BinTableHDU]:
    """Return all extensions of a cube except those in `without`, with DATASUM and CHECKSUM."""
    contents = {"WCS-TAB": _coordinates(shape, schedule, field)}
    contents |= {f"VAR-EXT-{key}": columns for key, columns in _variables(shape, schedule, seed).items()}
    contents |= {f"VAR-EXT-{key}": [(key, value[..., None, None], "")] for key, value in statistics.items()}
    return [_table(name, columns) for name, columns in contents.items() if name not in without]


_Columns = list[tuple[str, np.ndarray, str]]


def _coordinates(shape: tuple[int, int, int, int, int], schedule: Schedule, field: Field) -> _Columns:
    nscan, _, nwave, ny, nx = shape
    corners = np.empty((nscan, nwave, 2, 2, 4))
    drift = 0.02 * schedule.scans[:, None, None, None]
    corners[..., 0] = field.centre[0] + drift + field.size[0] * np.array([-0.5, 0.5])[None, :]
    corners[..., 1] = field.centre[1] - drift + field.size[1] * np.array([-0.5, 0.5])[:, None]
    corners[..., 2] = schedule.wavelengths[:, None, None]
    corners[..., 3] = schedule.middle[:, :, None, None]
    # The pipeline's language drops a last axis of length one.
    return [
        ("HPLN+HPLT+WAVE+TIME", corners if nscan > 1 else corners[0], ""),
        ("HPLN-INDEX", np.array([1, nx], dtype="f4"), ""),
        ("HPLT-INDEX", np.array([1, ny], dtype="f4"), ""),
    ]


def _variables(shape: tuple[int, int, int, int, int], schedule: Schedule, seed: int) -> dict[str, _Columns]:
    nscan, nstokes, nwave, _, _ = shape
    per_step = (nscan, 1, nwave, 1, 1)
    per_scan = (nscan, 1, 1, 1, 1)
    log = np.arange(np.floor(schedule.begin.min()) - 2, schedule.end.max() + 3)
    elapsed = log - log[0]
    elevation = 38.2 - elapsed / 280
    rng = np.random.default_rng([seed, 1])

    def dates(seconds: np.ndarray) -> np.ndarray:
        return np.array([schedule.iso(value) for value in seconds.ravel()], dtype="S26").reshape(per_step)

    def logged(key: str, values: np.ndarray, unit: str) -> _Columns:
        columns = values.reshape(len(log), -1).astype("f4")
        return [(key, columns, unit), (f"TIME-{key}", log[:, None], "s")]

    def steps(key: str, values: np.ndarray | float, dtype: str, unit: str = "") -> _Columns:
        return [(key, np.broadcast_to(np.asarray(values, dtype=dtype), per_step), unit)]

    return {
        "DATE-BEG": [("DATE-BEG", dates(schedule.begin), "")],
        "DATE-END": [("DATE-END", dates(schedule.end), "")],
        "DATE-AVG": [("DATE-AVG", dates(schedule.middle), "")],
        "SCANNUM": [("SCANNUM", schedule.scans.astype("i2").reshape(per_scan), "")],
        "ATMOS_R0": logged("ATMOS_R0", solar_patch.fried_parameter(log, seed), "m"),
        "XPOSURE": steps("XPOSURE", _EXPOSURE * _EXPOSURES, "f8", "s"),
        "TEXPOSUR": steps("TEXPOSUR", _EXPOSURE, "f8", "s"),
        "NSUMEXP": steps("NSUMEXP", _EXPOSURES, "i2"),
        "ELEV_ANG": logged("ELEV_ANG", elevation, "deg"),
        "ROT_ANG": logged("ROT_ANG", 41.3 + elapsed / 190, "deg"),
        "AO_LOCK": logged("AO_LOCK", np.clip(rng.normal(0.97, 0.03, len(log)), 0, 1), ""),
        "LIGHTLVL": logged("LIGHTLVL", 3.1 + 0.01 * rng.standard_normal(len(log)), ""),
        "RESPAPPL": [("RESPAPPL", np.full((1, nstokes, nwave, 1, 1), 0.91, dtype="f4"), "")],
    }


def _table(name: str, columns: _Columns) -> fits.BinTableHDU:
    row = np.empty(1, dtype=[(key, values.dtype.newbyteorder(">"), values.shape) for key, values, _ in columns])
    for key, values, _ in columns:
        row[key][0] = values
    table = fits.BinTableHDU(row, name=name)
    for number, (_, _, unit) in enumerate(columns, start=1):
        if unit:
            table.header.set(f"TUNIT{number}", unit, after=f"TFORM{number}")
    # Fixed comments replace astropy's time stamps, so that the same seed gives the same bytes.
    table.add_datasum(when=UPDATED)
    table.add_checksum(when=UPDATED, override_datasum=True)
    return table
