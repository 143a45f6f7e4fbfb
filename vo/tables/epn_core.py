"""archive.epn_core: the data model EPN-TAP 2.0 of the IVOA, by which solar and planetary archives are searched."""

from typing import Any

from vo.tables import cubes
from vo.tables.description import Column, Span, Table, Type

TEXT, INTEGER, DOUBLE, TIMESTAMP = Type.TEXT, Type.INTEGER, Type.DOUBLE, Type.TIMESTAMP
_NULL = "NULL::float8"


def _column(name: str, type: Type, sql: str, ucd: str, description: str, unit: str = "", **more: Any) -> Column:
    return Column(name, type, sql, description, unit, ucd, is_standard=True, **more)


def _range(
    name: str, minimum: str, maximum: str, ucd: str, description: str, unit: str = "", **more: Any
) -> tuple[Column, Column]:
    return (
        _column(f"{name}min", DOUBLE, minimum, f"{ucd};stat.min", f"{description}, minimum", unit, **more),
        _column(f"{name}max", DOUBLE, maximum, f"{ucd};stat.max", f"{description}, maximum", unit, **more),
    )


EPN_CORE = Table(
    "archive.epn_core",
    "The data cubes of the archive, as EPN-TAP 2.0 describes observations.",
    (
        _column("granule_uid", TEXT, "cube.oid::text", "meta.id", "The cube (OID); DataLink takes it", indexed=True, principal=True, names_cube=True),
        _column("granule_gid", TEXT, "'cube'::text", "meta.id", "Group of similar products: always cube"),
        _column("obs_id", TEXT, "observation.point_id::text", "meta.id;obs", "Observation, which several cubes can share (POINT_ID)", indexed=True, principal=True),
        _column("dataproduct_type", TEXT, "'sc'::text", "meta.code.class", "Always sc: a spectral cube"),
        _column("target_name", TEXT, "'Sun'::text", "meta.id;src", "Always Sun", principal=True),
        _column("target_class", TEXT, "'star'::text", "src.class", "Always star"),
        _column("time_min", DOUBLE, cubes.TIME_MIN, "time.start;obs", "Begin, as Julian Date, UTC", "d", indexed=True, principal=True, span=Span.JULIAN_DATE),
        _column("time_max", DOUBLE, cubes.TIME_MAX, "time.end;obs", "End, as Julian Date, UTC", "d", indexed=True, principal=True, span=Span.JULIAN_DATE),
        *_range("time_sampling_step_", "metadata.cadence", "metadata.cadence", "time.resolution", "Time from scan to scan", "s"),
        *_range("time_exp_", "metadata.exposure", "metadata.exposure", "time.duration;obs.exposure", "Exposure of a frame", "s"),
        *_range("spectral_range_", cubes.FREQUENCY_MIN, cubes.FREQUENCY_MAX, "em.freq", "Frequency", "Hz", indexed=True, principal=True, span=Span.HERTZ),
        *_range("spectral_sampling_step_", _NULL, _NULL, "em.freq;spect.binSize", "Frequency from point to point: not known", "Hz"),
        *_range("spectral_resolution_", _NULL, _NULL, "spect.resolution", "Spectral resolving power: not known"),
        *_range("c1", cubes.LONGITUDE_MIN, cubes.LONGITUDE_MAX, "pos", "Helioprojective longitude of the field of view", "deg", principal=True),
        *_range("c2", cubes.LATITUDE_MIN, cubes.LATITUDE_MAX, "pos", "Helioprojective latitude of the field of view", "deg", principal=True),
        *_range("c3", _NULL, _NULL, "pos.distance", "Distance: always NULL", "AU"),
        _column("s_region", Type.REGION, "NULL::text", "pos.outline;obs.field", "Always NULL: positions are helioprojective"),
        *_range("c1_resol_", _NULL, _NULL, "pos.angResolution", "Resolution in longitude: not known", "deg"),
        *_range("c2_resol_", _NULL, _NULL, "pos.angResolution", "Resolution in latitude: not known", "deg"),
        *_range("c3_resol_", _NULL, _NULL, "pos.resolution", "Resolution in distance: always NULL", "AU"),
        _column("spatial_frame_type", TEXT, "'celestial'::text", "meta.code.class;pos.frame", "Always celestial: angles on the sky, in the frame of spatial_coordinate_description"),
        *_range("incidence_", _NULL, _NULL, "pos.incidenceAng", "Angle of incidence: always NULL", "deg"),
        *_range("emergence_", cubes.EMERGENCE, cubes.EMERGENCE, "pos.emergenceAng", "Heliocentric angle of the centre", "deg"),
        *_range("phase_", _NULL, _NULL, "pos.phaseAng", "Phase angle: always NULL", "deg"),
        _column("instrument_host_name", TEXT, cubes.FACILITY, "meta.id;instr.obsty", "Telescope (TELESCOP)"),
        _column("instrument_name", TEXT, "instrument.name::text", "meta.id;instr", "Instrument (INSTRUME)", principal=True),
        _column("measurement_type", TEXT, "'phot.radiance'::text", "meta.ucd", "What was observed, as UCD: intensity"),
        _column("processing_level", INTEGER, "3", "meta.calibLevel", "CODMAC level: always 3, calibrated"),
        _column("creation_date", TIMESTAMP, "cube.created_at", "time.creation", "When the cube came into the archive"),
        _column("modification_date", TIMESTAMP, "cube.updated_at", "time.processing", "When the cube was last changed in the archive"),
        _column("release_date", TIMESTAMP, "metadata.public_from::timestamp AT TIME ZONE 'UTC'", "time.release", "Day on which the file becomes public; 9999-12-31: not known"),
        _column("service_title", TEXT, "'archive'::text", "meta.title", "Always archive"),
        _column("access_url", TEXT, cubes.ACCESS_URL, "meta.ref.url;meta.file", "The file. It answers 403 before the release date, and is NULL while the file is missing", principal=True),
        _column("access_format", TEXT, "'application/fits'::text", "meta.code.mime", "Media type of the file"),
        _column("access_estsize", Type.LONG, "(cube.size + 999) / 1000", "phys.size;meta.file", "Size of the file", "kbyte"),
        _column("thumbnail_url", TEXT, cubes.THUMBNAIL_URL, "meta.ref.url;meta.preview", "A small picture", principal=True),
        _column("file_name", TEXT, "cube.filename::text", "meta.id;meta.file", "Name of the file"),
        _column("datalink_url", TEXT, cubes.DATALINK_URL, "meta.ref.url", "The links of the cube: DataLink"),
        _column("external_link", TEXT, cubes.PAGE_URL, "meta.ref.url", "Page of the cube"),
        _column("spatial_coordinate_description", TEXT, "'helioprojective'::text", "meta.code.class;pos.frame", "Always helioprojective: angles from the centre of the disk to the west and to the north"),
        _column("time_scale", TEXT, "'UTC'::text", "time.scale", "Always UTC"),
        _column("filter", TEXT, "metadata.spectral_line::text", "meta.id;instr.filter", "Filter of the spectral line (FILTER1)", principal=True),
        _column("observer_name", TEXT, "metadata.observer::text", "obs.observer;meta.main", "OBSERVER"),
        _column("orientation", DOUBLE, "metadata.rotation", "pos.posAng", "Angle from solar north to the image's y axis, counterclockwise", "deg"),
    ),
    cubes.SOURCE,
    "ivo://ivoa.net/std/epntap#table-2.0",
)  # fmt: skip
