"""Cubes of the synthetic Sun, as the pipeline exports them: int16, with all cards and tables of the sample cubes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
from astropy.io import fits

from devtools.cube_tables import STATISTICS, Field, Schedule
from devtools.fits_bytes import BLOCK, byte_sum, sealed
from devtools.sample_cubes import around_the_data, cube_filename
from devtools.solar_patch import CONTINUUM
from devtools.solar_surface import Line, Moment, Scene, SolarSurface, View

_STORED_CONTINUUM = 12_000  # Up to 2.7 times the quiet Sun fits into int16.
_PHOTON_NOISE = 0.003

_AXIS_KEYWORDS = (
    *("CTYPE{}", "CUNIT{}", "CNAME{}", "CRPIX{}", "CRVAL{}", "CDELT{}", "CSYER{}"),
    *("PS{}_0", "PS{}_1", "PS{}_2", "PV{}_3"),
)


@dataclass(frozen=True)
class Observation:
    """What a cube is made of.

    Attributes
    ----------
    line
        The line, which also tells the instrument.
    offsets
        Wavelengths less that of the line, nm.
    start
        When it began, UTC, without a time zone.
    scans, cadence
        How many, and the seconds from one to the next.
    polarimetry
        Whether all of Stokes I, Q, U and V are observed.
    wide_band
        Whether it is the context image: one wavelength, beside the line.
    export_after
        How long after the start the pipeline exports it.
    keywords
        As for `write_cube`.
    """

    line: Line
    offsets: tuple[float, ...]
    start: datetime
    scans: int = 1
    cadence: float | None = None
    polarimetry: bool = False
    wide_band: bool = False
    export_after: timedelta = timedelta(days=12, hours=3)
    keywords: Mapping[str, object] = field(default_factory=dict)

    @property
    def relative_path(self) -> Path:
        """Where the pipeline exports it to: a folder of the day and the instrument."""
        name = cube_filename(
            begin=self.start.isoformat(timespec="seconds"),
            line=self.line.filter_name,
            scans=f"0-{self.scans - 1}" if self.scans > 1 else "0",
            polarimetry=self.polarimetry,
            exported=self.exported,
        )
        name = name.replace("nb_", "wb_", 1) if self.wide_band else name
        return Path(f"{self.start:%Y-%m-%d}", self.line.instrument, name)

    @property
    def exported(self) -> str:
        """When the pipeline exported it."""
        return (self.start + self.export_after).isoformat(timespec="seconds")


def write_observation(root: Path, scene: Scene, observation: Observation) -> Path:
    """Observe a region and write the cube below `root`; a cube that is there is left as it is."""
    path = root / observation.relative_path
    if path.exists():
        return path
    wavelengths = observation.line.centre + np.array(observation.offsets)
    schedule = Schedule.through(wavelengths, observation.scans, observation.start, observation.cadence)
    data = _observe(scene, observation, schedule)
    bscale = float(f"{CONTINUUM / _STORED_CONTINUUM:.6e}")
    ny, nx = scene.shape
    header, extensions = around_the_data(
        path.name,
        data.shape,
        schedule,
        statistics=_statistics(data, bscale),
        datasum=byte_sum(data),
        bitpix=16,
        scaling=(bscale, 0.0),
        keywords=_keywords(observation, schedule) | dict(observation.keywords),
        without=(),
        extra_cards=(),
        seed=scene.seed,
        # Of the table: from the centre of the first pixel to that of the last.
        field=Field(scene.pointing, ((nx - 1) * scene.pixel, (ny - 1) * scene.pixel)),
        instrument=observation.line.instrument,
    )
    _write(path, header, data, extensions)
    return path


def write_spectral_cube(cube: Path) -> Path:
    """Write the companion ``_sp`` of a cube: the same data, axes in the order wavelength, scan, Stokes, x, y."""
    path = cube.with_name(cube.name.replace("_im.fits", "_sp.fits"))
    if path.exists():
        return path
    order = (3, 5, 4, 1, 2)  # Of each axis in FITS, its number in the cube.
    with fits.open(cube, do_not_scale_image_data=True) as hdus:
        header = hdus[0].header.copy()
        data = np.ascontiguousarray(hdus[0].data.transpose([5 - number for number in reversed(order)]))
        extensions_at = hdus[1].fileinfo()["hdrLoc"]
    before = {card.keyword: (card.value, card.comment) for card in header.cards}
    for new, old in enumerate(order, start=1):
        for keyword in _AXIS_KEYWORDS:
            header.remove(keyword.format(new), ignore_missing=True)
            if keyword.format(old) in before:
                header[keyword.format(new)] = before[keyword.format(old)]
        header[f"NAXIS{new}"] = before[f"NAXIS{old}"]
    header["FILENAME"] = path.name
    header["DATASUM"] = str(byte_sum(data))
    text = header.tostring().encode("ascii")
    with cube.open("rb") as file:
        file.seek(extensions_at)
        _write(path, sealed(text, byte_sum(data)), data, file.read())
    return path


@lru_cache(maxsize=1)
def _surface(scene: Scene) -> SolarSurface:
    return SolarSurface(scene)


@lru_cache(maxsize=1)
def _moment(scene: Scene, seconds: float) -> Moment:
    return _surface(scene).at(seconds)


def _observe(scene: Scene, observation: Observation, schedule: Schedule) -> np.ndarray:
    ny, nx = scene.shape
    nstokes = 4 if observation.polarimetry else 1
    data = np.empty((observation.scans, nstokes, len(schedule.wavelengths), ny, nx), dtype=">i2")
    rng = np.random.default_rng([scene.seed, 2])
    noise = (_PHOTON_NOISE * rng.standard_normal(2 * ny * nx, dtype="f4")).astype("f4")
    for scan, begin in enumerate(schedule.begin[:, 0]):
        # All lines of a region begin with the same state of it.
        view = View(_moment(scene, float(begin - schedule.begin[0, 0])), observation.line)
        for number, wavelength in enumerate(schedule.wavelengths):
            frames = [view.intensity(wavelength)]
            if observation.polarimetry:
                frames += view.polarised(wavelength)
            for component, frame in enumerate(frames):
                start = int(rng.integers(ny * nx))
                frame += noise[start : start + ny * nx].reshape(ny, nx)
                frame *= np.float32(_STORED_CONTINUUM)
                data[scan, component, number] = np.rint(np.clip(frame, -32_000, 32_000, out=frame), out=frame)
    return data


def _keywords(observation: Observation, schedule: Schedule) -> dict[str, object]:
    line = observation.line
    camera = "W" if observation.wide_band else "N" if line.instrument == "CHROMIS" else "R"
    return {
        "INSTRUME": line.instrument,
        "FILTER1": line.filter_name,
        "WAVELNTH": line.centre,
        "WAVEMIN": line.shortest,
        "WAVEMAX": line.longest,
        "WAVEBAND": line.waveband,
        "CAMERA": f"{line.instrument.capitalize()}-{camera}",
        "DATE": observation.exported,
        "CADENCE": round(float(schedule.begin[-1, 0] - schedule.begin[0, 0]) / max(1, observation.scans - 1), 3),
        "RELEASE": f"{observation.start + timedelta(days=365):%Y-%m-%d}",
    }


def _statistics(data: np.ndarray, bscale: float) -> dict[str, np.ndarray]:
    """Describe each frame as `frame_statistics` does, from a histogram, which is exact for integers."""
    table = np.empty((*data.shape[:3], len(STATISTICS)))
    shares = [int(name.removeprefix("DATAP")) / 100 for name in STATISTICS[7:]]
    for place in np.ndindex(data.shape[:3]):
        counts = np.bincount(data[place].ravel().astype(np.intp) + 32_768)
        stored = np.flatnonzero(counts)
        counts, values = counts[stored], (stored - 32_768) * bscale
        total = counts.sum()
        deviations = values - (counts * values).sum() / total
        rms, third, fourth = ((counts * deviations**power).sum() / total for power in (2, 3, 4))
        rms = np.sqrt(rms)
        ranks = np.array([0.5, *shares]) * (total - 1)
        below, above = (
            values[np.searchsorted(np.cumsum(counts), rank, "right")] for rank in (np.floor(ranks), np.ceil(ranks))
        )
        table[place][:4] = values[0], values[-1], (counts * values).sum() / total, rms
        table[place][4:6] = (third / rms**3, fourth / rms**4 - 3) if rms else (0, 0)
        table[place][6:] = below + (ranks - np.floor(ranks)) * (above - below)
    return {name: table[..., number] for number, name in enumerate(STATISTICS)}


def _write(path: Path, header: bytes, data: np.ndarray, extensions: bytes) -> None:
    """Write a file that appears as a whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(header)
        file.write(data.data)
        file.write(bytes(-data.nbytes % BLOCK))
        file.write(extensions)
    part.replace(path)
