"""Examples of queries: /tap/examples shows them, and the tests carry them out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A query with its name, and what it finds."""

    identifier: str
    name: str
    text: str
    table: str
    query: str


EXAMPLES = (
    Example(
        "time-and-wavelength",
        "A time and a wavelength",
        "Cubes around Ca II 8542 (854.2 nm) of a year, by ObsCore. Times are Modified Julian Dates: 58484 is "
        "2019-01-01. Wavelengths are in metres.",
        "ivoa.obscore",
        "SELECT TOP 100 obs_publisher_did, t_min, em_min, em_max, access_url FROM ivoa.obscore\n"
        "WHERE t_min < 58849 AND t_max > 58484 AND em_min < 855e-9 AND em_max > 853e-9\nORDER BY t_min",
    ),
    Example(
        "place-on-the-sun",
        "A place on the Sun",
        "Cubes whose field of view holds a place, by EPN-TAP: helioprojective coordinates in degrees. 0.1 deg is 360 "
        "arcsec.",
        "archive.epn_core",
        "SELECT TOP 100 granule_uid, time_min, c1min, c1max, c2min, c2max, thumbnail_url FROM archive.epn_core\n"
        "WHERE c1min < 0.1 AND c1max > 0.1 AND c2min < -0.01 AND c2max > -0.01",
    ),
    Example(
        "seeing",
        "Good seeing",
        "Cubes with polarimetry of good seeing that everybody may download.",
        "archive.data_cubes",
        "SELECT TOP 100 oid, date_beg, spectral_line, r0_median, mu, file_size, access_url FROM archive.data_cubes\n"
        "WHERE r0_median > 0.1 AND has_polarimetry = 1 AND is_public = 1 AND date_beg >= '2019-01-01'",
    ),
    Example(
        "keyword",
        "A keyword of the header",
        "The exposure, as the header has it, of the cubes of a day.",
        "archive.keywords",
        "SELECT cubes.oid, keywords.number_value FROM archive.data_cubes AS cubes\n"
        "JOIN archive.keywords AS keywords ON keywords.oid = cubes.oid\n"
        "WHERE cubes.date_beg BETWEEN '2019-04-19' AND '2019-04-20' AND keywords.keyword = 'XPOSURE'",
    ),
)
