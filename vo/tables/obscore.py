"""ivoa.obscore: the data model ObsCore 1.1 of the IVOA.

The Sun moves over the sky, so the columns of right ascension and declination are NULL. Positions on the Sun are in
`archive.epn_core` and `archive.data_cubes`.
"""

from typing import Any

from vo.tables import cubes
from vo.tables.description import Column, Span, Table, Type

_SPATIAL = "Char.SpatialAxis"
_TIME = "Char.TimeAxis"
_SPECTRAL = "Char.SpectralAxis"
_POSITION = f"{_SPATIAL}.Coverage.Location.Coord.Position2D.Value2"
_TIME_BOUNDS = f"{_TIME}.Coverage.Bounds.Limits"
_SPECTRAL_BOUNDS = f"{_SPECTRAL}.Coverage.Bounds.Limits"


def _column(
    name: str, type: Type, sql: str, utype: str, ucd: str, description: str, unit: str = "", **more: Any
) -> Column:
    return Column(
        name, type, sql, description, unit, ucd, f"obscore:{utype}", is_standard=True, **{"principal": True} | more
    )


TEXT, LONG, INTEGER, DOUBLE = Type.TEXT, Type.LONG, Type.INTEGER, Type.DOUBLE

OBSCORE = Table(
    "ivoa.obscore",
    "The data cubes of the archive, as the data model ObsCore 1.1 describes observations.",
    (
        _column("dataproduct_type", TEXT, "'cube'::text", "ObsDataset.dataProductType", "meta.code.class", "Data product (file content) primary type: always cube"),
        _column("calib_level", INTEGER, "2", "ObsDataset.calibLevel", "meta.code;obs.calib", "Level of calibration: always 2, calibrated and ready for science"),
        _column("obs_collection", TEXT, "instrument.name::text", "DataID.collection", "meta.id", "Name of the collection: the instrument"),
        _column("obs_id", TEXT, "observation.point_id::text", "DataID.observationID", "meta.id", "Observation, which several cubes can share (POINT_ID)", indexed=True),
        _column("obs_publisher_did", TEXT, cubes.PUBLISHER_DID, "Curation.publisherDID", "meta.ref.ivoid", "Identifier of the cube in the Virtual Observatory; DataLink takes it", names_cube=True),
        _column("access_url", TEXT, cubes.ACCESS_URL, "Access.reference", "meta.ref.url", "The file. It answers 403 before the release date, and is NULL while the file is missing"),
        _column("access_format", TEXT, "'application/fits'::text", "Access.format", "meta.code.mime", "Media type of the file"),
        _column("access_estsize", LONG, "(cube.size + 999) / 1000", "Access.size", "phys.size;meta.file", "Size of the file", "kbyte"),
        _column("target_name", TEXT, "'Sun'::text", "Target.name", "meta.id;src", "Always Sun"),
        _column("s_ra", DOUBLE, "NULL::float8", f"{_POSITION}.C1", "pos.eq.ra", "Always NULL: the Sun moves over the sky", "deg"),
        _column("s_dec", DOUBLE, "NULL::float8", f"{_POSITION}.C2", "pos.eq.dec", "Always NULL: the Sun moves over the sky", "deg"),
        _column("s_fov", DOUBLE, cubes.DIAGONAL, f"{_SPATIAL}.Coverage.Bounds.Extent.diameter", "phys.angSize;instr.fov", "Diagonal of the field of view", "deg"),
        _column("s_region", Type.REGION, "NULL::text", f"{_SPATIAL}.Coverage.Support.Area", "pos.outline;obs.field", "Always NULL: the Sun moves over the sky"),
        _column("s_xel1", LONG, cubes.whole_number("NAXIS1"), f"{_SPATIAL}.numBins1", "meta.number", "Number of elements along the first spatial axis"),
        _column("s_xel2", LONG, cubes.whole_number("NAXIS2"), f"{_SPATIAL}.numBins2", "meta.number", "Number of elements along the second spatial axis"),
        _column("s_resolution", DOUBLE, "NULL::float8", f"{_SPATIAL}.Resolution.Refval.value", "pos.angResolution", "Spatial resolution: not known", "arcsec"),
        _column("t_min", DOUBLE, cubes.T_MIN, f"{_TIME_BOUNDS}.StartTime", "time.start;obs.exposure", "Begin, as Modified Julian Date, UTC", "d", indexed=True, span=Span.MODIFIED_JULIAN_DATE),
        _column("t_max", DOUBLE, cubes.T_MAX, f"{_TIME_BOUNDS}.StopTime", "time.end;obs.exposure", "End, as Modified Julian Date, UTC", "d", indexed=True, span=Span.MODIFIED_JULIAN_DATE),
        _column("t_exptime", DOUBLE, "metadata.exposure", f"{_TIME}.Coverage.Support.Extent", "time.duration;obs.exposure", "Exposure of a frame", "s"),
        _column("t_resolution", DOUBLE, "metadata.cadence", f"{_TIME}.Resolution.Refval.value", "time.resolution", "Time from scan to scan", "s"),
        _column("t_xel", LONG, "metadata.n_scans::bigint", f"{_TIME}.numBins", "meta.number", "Number of scans"),
        _column("em_min", DOUBLE, cubes.EM_MIN, f"{_SPECTRAL_BOUNDS}.LoLimit", "em.wl;stat.min", "Shortest wavelength", "m", indexed=True, span=Span.METRES),
        _column("em_max", DOUBLE, cubes.EM_MAX, f"{_SPECTRAL_BOUNDS}.HiLimit", "em.wl;stat.max", "Longest wavelength", "m", indexed=True, span=Span.METRES),
        _column("em_res_power", DOUBLE, "NULL::float8", f"{_SPECTRAL}.Resolution.ResolPower.refVal", "spect.resolution", "Spectral resolving power: not known"),
        _column("em_xel", LONG, "metadata.n_wavelengths::bigint", f"{_SPECTRAL}.numBins", "meta.number", "Number of wavelengths"),
        _column("o_ucd", TEXT, "'phot.radiance'::text", "Char.ObservableAxis.ucd", "meta.ucd", "What was observed, as UCD: intensity"),
        _column("pol_states", TEXT, "CASE WHEN metadata.has_polarimetry THEN '/I/Q/U/V/' ELSE '/I/' END", "Char.PolarizationAxis.stateList", "meta.code;phys.polarization", "Stokes parameters of the cube"),
        _column("pol_xel", LONG, "CASE WHEN metadata.has_polarimetry THEN 4::bigint ELSE 1::bigint END", "Char.PolarizationAxis.numBins", "meta.number", "Number of Stokes parameters"),
        _column("facility_name", TEXT, cubes.FACILITY, "Provenance.ObsConfig.Facility.name", "meta.id;instr.tel", "Telescope (TELESCOP)"),
        _column("instrument_name", TEXT, "instrument.name::text", "Provenance.ObsConfig.Instrument.name", "meta.id;instr", "Instrument (INSTRUME)"),
        _column("obs_release_date", Type.TIMESTAMP, cubes.RELEASE_DATE, "Curation.releaseDate", "time.release", "Day on which the file becomes public; NULL: not known", principal=False),
        _column("data_rights", TEXT, f"CASE WHEN {cubes.IS_PUBLIC} THEN 'public' ELSE 'proprietary' END", "Curation.rights", "meta.code", "public, or proprietary before the release date", principal=False),
    ),
    cubes.SOURCE,
    "ivo://ivoa.net/std/obscore#table-1.1",
)  # fmt: skip
