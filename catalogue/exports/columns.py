"""The columns of the tables: one description for every format."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cubefile.dates import seconds_between
from datacubes.models import DataCube
from datacubes.permissions import DownloadAccess

Value = str | int | float | bool | datetime | None


class Kind(Enum):
    """The type of a column's values. Only numbers of type FLOAT can be missing."""

    TEXT = "text"
    TIME = "time"
    INTEGER = "integer"
    FLOAT = "float"
    LOGICAL = "logical"


@dataclass(frozen=True)
class Row:
    """A cube with the asking person's access to it, the names of its tags, and the addresses of its page and file."""

    cube: DataCube
    access: DownloadAccess
    tags: list[str]
    page_url: str
    download_url: str
    """Empty if the file is missing from the archive."""

    @property
    def may_download(self) -> bool:
        """Whether the asking person gets the file."""
        return self.access.allowed and bool(self.download_url)


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes
    ----------
    name
        As of the field in the API's JSON.
    value
        Returns the value of a row.
    unit
        In the notation of VOUnits and FITS; empty for a value without a unit.
    ucd
        What the value means, in IVOA's vocabulary UCD1+.
    """

    name: str
    kind: Kind
    value: Callable[[Row], Value]
    description: str
    unit: str = ""
    ucd: str = ""


def _metadata(name: str) -> Callable[[Row], Value]:
    return lambda row: getattr(row.cube.metadata, name)


def _duration(row: Row) -> float:
    return seconds_between(row.cube.metadata.date_beg, row.cube.metadata.date_end)


def _release_date(row: Row) -> str:
    return row.access.release_date.isoformat() if row.access.release_date else ""


_LONGITUDE, _LATITUDE = "pos.bodyrc.lon", "pos.bodyrc.lat"
_FIELD = "pos.angDistance;instr.fov"

COLUMNS: tuple[Column, ...] = (
    Column("oid", Kind.TEXT, lambda row: row.cube.oid, "Observation id", ucd="meta.id;meta.main"),
    Column("instrument", Kind.TEXT, lambda row: row.cube.instrument.name, "Instrument", ucd="meta.id;instr"),
    Column("observation", Kind.TEXT, lambda row: row.cube.observation.point_id, "POINT_ID", ucd="meta.id;obs"),
    Column("date_beg", Kind.TIME, _metadata("date_beg"), "Begin, UTC", ucd="time.start;obs"),
    Column("date_end", Kind.TIME, _metadata("date_end"), "End, UTC", ucd="time.end;obs"),
    Column("line", Kind.TEXT, _metadata("line"), "Spectral line", ucd="meta.id;spect.line"),
    Column("spectral_line", Kind.TEXT, _metadata("spectral_line"), "Filter of the line", ucd="instr.filter"),
    Column("wavelength_min", Kind.FLOAT, _metadata("wavelength_min"), "Shortest wavelength", "nm", "em.wl;stat.min"),
    Column("wavelength_max", Kind.FLOAT, _metadata("wavelength_max"), "Longest wavelength", "nm", "em.wl;stat.max"),
    Column("polarimetry", Kind.LOGICAL, _metadata("has_polarimetry"), "Has four Stokes parameters", ucd="meta.code"),
    Column("duration", Kind.FLOAT, _duration, "Time from begin to end", "s", "time.duration;obs"),
    Column("cadence", Kind.FLOAT, _metadata("cadence"), "Time from scan to scan", "s", "time.interval"),
    Column("exposure", Kind.FLOAT, _metadata("exposure"), "Exposure of a frame", "s", "time.duration;obs.exposure"),
    Column("r0_median", Kind.FLOAT, _metadata("r0_median"), "Median of r0", "m", "instr.obsty.seeing"),
    Column("observer", Kind.TEXT, _metadata("observer"), "OBSERVER", ucd="meta.id;obs.observer"),
    Column("n_scans", Kind.INTEGER, _metadata("n_scans"), "Number of scans", ucd="meta.number"),
    Column("n_wavelengths", Kind.INTEGER, _metadata("n_wavelengths"), "Number of wavelengths", ucd="meta.number;em.wl"),
    Column("pointing_x", Kind.FLOAT, _metadata("pointing_x"), "Longitude of the centre", "arcsec", _LONGITUDE),
    Column("pointing_y", Kind.FLOAT, _metadata("pointing_y"), "Latitude of the centre", "arcsec", _LATITUDE),
    Column("size_x", Kind.FLOAT, _metadata("size_x"), "Width of the field of view", "arcsec", _FIELD),
    Column("size_y", Kind.FLOAT, _metadata("size_y"), "Height of the field of view", "arcsec", _FIELD),
    Column("rotation", Kind.FLOAT, _metadata("rotation"), "Angle from solar north to +y", "deg", "pos.posAng"),
    Column("mu", Kind.FLOAT, _metadata("mu"), "Cosine of the heliocentric angle", ucd="pos.heliocentric"),
    Column("tags", Kind.TEXT, lambda row: "; ".join(row.tags), "Solar features and events", ucd="meta.note"),
    Column("filename", Kind.TEXT, lambda row: row.cube.filename, "Name of the file", ucd="meta.id;meta.file"),
    Column("size", Kind.INTEGER, lambda row: row.cube.size, "Size of the file", "byte", "phys.size;meta.file"),
    Column("is_public", Kind.LOGICAL, lambda row: row.access.is_public, "File is public today", ucd="meta.code"),
    Column("release_date", Kind.TEXT, _release_date, "Day on which the file becomes public", ucd="time.release"),
    Column("may_download", Kind.LOGICAL, lambda row: row.may_download, "You may download the file", ucd="meta.code"),
    Column("url", Kind.TEXT, lambda row: row.page_url, "Page of the cube", ucd="meta.ref.url"),
    Column("download_url", Kind.TEXT, lambda row: row.download_url, "The file", ucd="meta.ref.url;meta.file"),
)
"""Longitudes and latitudes are helioprojective. `release_date` and `download_url` may be empty."""
