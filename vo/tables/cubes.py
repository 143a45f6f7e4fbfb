"""SQL that several tables share: the rows of a cube, and values of them in the units of the standards.

What comes from a header may be any number. PostgreSQL fails a whole query when arithmetic with one value overflows, so
a value that no telescope has becomes NULL before anything is computed from it.
"""

from datacubes.spans import BAND, DURING

SOURCE = """
FROM datacubes_datacube AS cube
JOIN datacubes_metadata AS metadata ON metadata.cube_id = cube.id
LEFT JOIN datacubes_instrument AS instrument ON instrument.id = cube.instrument_id
LEFT JOIN datacubes_observation AS observation ON observation.id = cube.observation_id
LEFT JOIN datacubes_imagepreview AS thumbnail ON thumbnail.cube_id = cube.id AND thumbnail.size_name = 'thumbnail'
WHERE cube.withdrawn_at IS NULL
""".strip()
"""Withdrawn cubes are left out. PostgreSQL does not read a LEFT JOIN of which a query needs no column."""

_TODAY = "(now() AT TIME ZONE 'UTC')::date"
_BASE = "current_setting('archive.base_url')"
_PATH_OF_CUBE = "archive.url_part(cube.oid)"

IS_PUBLIC = f"metadata.public_from <= {_TODAY}"
RELEASE_DATE = "NULLIF(metadata.public_from, '9999-12-31'::date)::timestamp AT TIME ZONE 'UTC'"
PUBLISHER_DID = f"'ivo://' || current_setting('archive.ivoa_authority') || '/cubes?' || {_PATH_OF_CUBE}"
ACCESS_URL = (
    "CASE WHEN cube.missing_since IS NULL "
    f"THEN {_BASE} || '/data/' || {_PATH_OF_CUBE} || '/' || archive.url_part(cube.filename) END"
)
PAGE_URL = f"{_BASE} || '/cubes/' || {_PATH_OF_CUBE} || '/'"
DATALINK_URL = f"{_BASE} || '/datalink?ID=' || {_PATH_OF_CUBE}"
THUMBNAIL_URL = (
    f"CASE WHEN thumbnail.file <> '' AND (current_setting('archive.previews_are_open')::boolean OR {IS_PUBLIC}) "
    f"THEN {_BASE} || '/media/' || thumbnail.file END"
)
FACILITY = "coalesce(metadata.keywords ->> 'TELESCOP', upper(instrument.telescope))"

_MJD_OF_1970 = 40587
_JD_OF_1970 = 2440587.5
_SPEED_OF_LIGHT = 299792458  # m/s


def _days(moment: str, origin: float) -> str:
    return f"date_part('epoch', {moment} AT TIME ZONE 'UTC') / 86400 + {origin}"


def _known(column: str) -> str:
    return f"CASE WHEN metadata.{column} BETWEEN 1e-3 AND 1e12 THEN metadata.{column} END"


def within(value: str, expression: str, lowest: float, highest: float) -> str:
    """Return an expression that is NULL unless a value is between two bounds."""
    return f"CASE WHEN {value} BETWEEN {lowest:g} AND {highest:g} THEN {expression} END"


def whole_number(keyword: str) -> str:
    """Return the value of a keyword that is a whole number; NULL if it is none, or too large."""
    value = f"(metadata.keywords ->> '{keyword}')::numeric"
    return (
        f"CASE WHEN jsonb_typeof(metadata.keywords -> '{keyword}') = 'number' "
        f"THEN CASE WHEN {value} BETWEEN 0 AND 2147483647 THEN {value}::bigint END END"
    )


# The standards want the lower end before the upper one, and both or neither.
_BEGIN, _END = "metadata.date_beg", "greatest(metadata.date_beg, metadata.date_end)"
_SHORTEST, _LONGEST = (
    f"{function}({_known('wavelength_min')}, {_known('wavelength_max')})" for function in ("least", "greatest")
)
T_MIN, T_MAX = (_days(moment, _MJD_OF_1970) for moment in (_BEGIN, _END))
TIME_MIN, TIME_MAX = (_days(moment, _JD_OF_1970) for moment in (_BEGIN, _END))
EM_MIN, EM_MAX = (f"{wavelength} * 1e-9" for wavelength in (_SHORTEST, _LONGEST))
FREQUENCY_MIN, FREQUENCY_MAX = (f"{_SPEED_OF_LIGHT} / ({wavelength} * 1e-9)" for wavelength in (_LONGEST, _SHORTEST))

RANGES = {"during": DURING.format("metadata"), "band": BAND.format("metadata")}
"""The ranges of `Span`, of times and of nanometres."""

_FARTHEST = 1e6  # arcsec
_FIELD_IS_KNOWN = " AND ".join(
    f"metadata.{column} BETWEEN {lowest:g} AND {_FARTHEST:g}"
    for column, lowest in (("pointing_x", -_FARTHEST), ("pointing_y", -_FARTHEST), ("size_x", 0), ("size_y", 0))
)
_ROTATION = "CASE WHEN abs(metadata.rotation) BETWEEN 1e-6 AND 360 THEN metadata.rotation ELSE 0 END"


def _length(column: str) -> str:
    """Return a length without what is too small to calculate with."""
    return f"CASE WHEN abs(metadata.{column}) > 1e-6 THEN metadata.{column} ELSE 0 END"


def _extent(along: str, across: str) -> str:
    """Return half the side of the box around a field of view that is turned, in arcsec."""
    return f"({_length(along)} * abs(cosd({_ROTATION})) + {_length(across)} * abs(sind({_ROTATION}))) / 2"


def _edge(centre: str, sign: str, along: str, across: str) -> str:
    edge = f"({_length(centre)} {sign} {_extent(along, across)}) / 3600"
    return f"CASE WHEN {_FIELD_IS_KNOWN} THEN {edge} END"


LONGITUDE_MIN, LONGITUDE_MAX = (_edge("pointing_x", sign, "size_x", "size_y") for sign in "-+")
LATITUDE_MIN, LATITUDE_MAX = (_edge("pointing_y", sign, "size_y", "size_x") for sign in "-+")
DIAGONAL = (
    "CASE WHEN metadata.size_x BETWEEN 0.001 AND 1e6 AND metadata.size_y BETWEEN 0.001 AND 1e6 "
    "THEN sqrt(metadata.size_x ^ 2 + metadata.size_y ^ 2) / 3600 END"
)
EMERGENCE = within("metadata.mu", "acosd(metadata.mu)", 0, 1)
