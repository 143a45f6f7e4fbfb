"""archive.data_cubes: what the archive itself knows of a cube, under the names of its API.

`file_size` is called so because SIZE is a reserved word of ADQL. ADQL 2.0 has no logical values: 1 is yes, 0 is no.
"""

from vo.tables import cubes
from vo.tables.description import Column, Span, Table, Type

TEXT, INTEGER, LONG, DOUBLE, TIMESTAMP = Type.TEXT, Type.INTEGER, Type.LONG, Type.DOUBLE, Type.TIMESTAMP
_LONGITUDE, _LATITUDE = "pos.bodyrc.lon", "pos.bodyrc.lat"
_FIELD = "phys.angSize;instr.fov"
_TAGS = (
    "(SELECT string_agg(tag.name, '; ' ORDER BY tag.name) FROM datacubes_datacube_tags AS link "
    "JOIN datacubes_tag AS tag ON tag.id = link.tag_id WHERE link.datacube_id = cube.id)"
)


def _metadata(
    name: str, type: Type, description: str, unit: str = "", ucd: str = "", *, indexed: bool = False,
    principal: bool = False, span: Span | None = None,
) -> Column:  # fmt: skip
    cast = f"::{type.stored_as}" if type is TEXT else ""
    sql = f"metadata.{name}{cast}"
    return Column(name, type, sql, description, unit, ucd, indexed=indexed, principal=principal, span=span)


DATA_CUBES = Table(
    "archive.data_cubes",
    "The data cubes of the archive: one observation of one spectral line each.",
    (
        Column("oid", TEXT, "cube.oid::text", "The cube (OID); DataLink takes it", ucd="meta.id;meta.main", indexed=True, principal=True, names_cube=True),
        Column("instrument", TEXT, "instrument.name::text", "Instrument (INSTRUME)", ucd="meta.id;instr", principal=True),
        Column("observation", TEXT, "observation.point_id::text", "Observation, which several cubes can share (POINT_ID)", ucd="meta.id;obs", indexed=True),
        _metadata("date_beg", TIMESTAMP, "Begin, UTC", ucd="time.start;obs", indexed=True, principal=True, span=Span.TIME),
        _metadata("date_end", TIMESTAMP, "End, UTC", ucd="time.end;obs", indexed=True, principal=True, span=Span.TIME),
        _metadata("spectral_line", TEXT, "Filter of the spectral line (FILTER1)", ucd="instr.filter", indexed=True, principal=True),
        _metadata("wavelength_min", DOUBLE, "Shortest wavelength", "nm", "em.wl;stat.min", indexed=True, principal=True, span=Span.NANOMETRES),
        _metadata("wavelength_max", DOUBLE, "Longest wavelength", "nm", "em.wl;stat.max", indexed=True, principal=True, span=Span.NANOMETRES),
        Column("has_polarimetry", INTEGER, "metadata.has_polarimetry::integer", "1: has four Stokes parameters", ucd="meta.code"),
        _metadata("duration", DOUBLE, "Time from begin to end", "s", "time.duration;obs"),
        _metadata("cadence", DOUBLE, "Time from scan to scan", "s", "time.interval"),
        _metadata("exposure", DOUBLE, "Exposure of a frame", "s", "time.duration;obs.exposure"),
        _metadata("r0_median", DOUBLE, "Median of r0", "m", "instr.obsty.seeing"),
        _metadata("observer", TEXT, "OBSERVER", ucd="meta.id;obs.observer"),
        _metadata("n_scans", INTEGER, "Number of scans", ucd="meta.number"),
        _metadata("n_wavelengths", INTEGER, "Number of wavelengths", ucd="meta.number;em.wl"),
        _metadata("pointing_x", DOUBLE, "Helioprojective longitude of the centre", "arcsec", _LONGITUDE, principal=True),
        _metadata("pointing_y", DOUBLE, "Helioprojective latitude of the centre", "arcsec", _LATITUDE, principal=True),
        _metadata("size_x", DOUBLE, "Width of the field of view", "arcsec", _FIELD),
        _metadata("size_y", DOUBLE, "Height of the field of view", "arcsec", _FIELD),
        _metadata("rotation", DOUBLE, "Angle from solar north to the image's y axis, counterclockwise", "deg", "pos.posAng"),
        _metadata("mu", DOUBLE, "Cosine of the heliocentric angle", ucd="pos.heliocentric"),
        Column("tags", TEXT, _TAGS, "Solar features and events", ucd="meta.note"),
        Column("filename", TEXT, "cube.filename::text", "Name of the file", ucd="meta.id;meta.file", indexed=True),
        Column("file_size", LONG, "cube.size", "Size of the file", "byte", "phys.size;meta.file", principal=True),
        Column("is_public", INTEGER, f"({cubes.IS_PUBLIC})::integer", "1: the file is public today", ucd="meta.code", principal=True),
        Column("release_date", TIMESTAMP, cubes.RELEASE_DATE, "Day on which the file becomes public; NULL: not known", ucd="time.release"),
        Column("access_url", TEXT, cubes.ACCESS_URL, "The file. It answers 403 before the release date, and is NULL while the file is missing", ucd="meta.ref.url;meta.file", principal=True),
        Column("thumbnail_url", TEXT, cubes.THUMBNAIL_URL, "A small picture", ucd="meta.ref.url;meta.preview"),
        Column("page_url", TEXT, cubes.PAGE_URL, "Page of the cube", ucd="meta.ref.url"),
    ),
    cubes.SOURCE,
)  # fmt: skip
