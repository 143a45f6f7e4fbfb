"""Reads times in FITS headers and converts them to UTC."""

import re
import warnings
from datetime import UTC, date, datetime, timedelta

from common.errors import PermanentError, quoted

_FITS_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)([T ](?P<clock>\d\d:\d\d)(:(?P<seconds>\d\d)(\.(?P<fraction>\d*))?)?Z?)?", re.ASCII
)
_OLD_DATE = re.compile(r"(?P<day>\d\d)/(?P<month>\d\d)/(?P<year>\d\d)", re.ASCII)

# TIMESYS (FITS standard 4.0, table 30) to astropy's names of the scales. The scales that are UTC, or stay within a
# second of it, need no conversion and are left out.
_SCALES = {"TAI": "tai", "IAT": "tai", "TT": "tt", "TDT": "tt", "ET": "tt", "TDB": "tdb", "TCG": "tcg", "TCB": "tcb"}
_LIKE_UTC = ("", "UTC", "GMT", "UT", "UT1")
_GPS_BEHIND_TAI = timedelta(seconds=19)


def parse_time(keyword: str, value: object, scale: str = "UTC") -> datetime:
    """Return a FITS time, ``YYYY-MM-DD[Thh:mm:ss[.s…]]`` (standard 4.0, section 9.1.1), in UTC.

    Some writers put a blank instead of the T, or leave out the seconds; both are accepted. Digits beyond microseconds
    are cut off. A leap second (``:60``) becomes the second after it. The day may have the form that was used before
    1999, ``DD/MM/YY``.

    Parameters
    ----------
    keyword
        The keyword's name, for the error.
    value
        The value in the header.
    scale
        TIMESYS of the header; see `time_scale`.

    Raises
    ------
    PermanentError
        Naming the keyword, if the value is not such a time.
    """
    text = value.strip() if isinstance(value, str) else ""
    if old := _OLD_DATE.fullmatch(text):
        text = f"19{old['year']}-{old['month']}-{old['day']}"
    match = _FITS_TIME.fullmatch(text)
    if match is None:
        raise PermanentError(f"{keyword} is {quoted(value)}; a time such as 2019-04-19T17:34:55.504 was expected.")
    seconds = int(match["seconds"] or 0)
    microseconds = int((match["fraction"] or "").ljust(6, "0")[:6])
    try:
        minute = datetime.fromisoformat(f"{match['day']}T{match['clock'] or '00:00'}").replace(tzinfo=UTC)
        if seconds > 60:
            raise ValueError("seconds must be from 00 to 60")
        return _in_utc(minute + timedelta(seconds=seconds, microseconds=microseconds), scale)
    except (ValueError, OverflowError) as error:
        raise PermanentError(f"{keyword} is {quoted(value)}, which is not a time: {error}.") from None


def parse_date(keyword: str, value: object) -> date:
    """Return the day of a FITS time.

    Raises
    ------
    PermanentError
        Naming the keyword, if the value is not a FITS time.
    """
    return parse_time(keyword, value).date()


def time_scale(timesys: object) -> str | None:
    """Return the time scale of TIMESYS for `parse_time`: UTC if TIMESYS is missing, None if the scale is unknown."""
    scale = "" if timesys is None else str(timesys).strip().upper().partition("(")[0]
    if scale in _LIKE_UTC:
        return "UTC"
    return scale if scale in _SCALES or scale == "GPS" else None


def _in_utc(moment: datetime, scale: str) -> datetime:
    if scale == "UTC":
        return moment
    if scale == "GPS":
        return _in_utc(moment + _GPS_BEHIND_TAI, "TAI")
    # Imported here because the import takes 0.1 s and the headers of most telescopes are in UTC.
    from astropy.time import Time

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # astropy warns about years whose leap seconds are unknown.
        utc = Time(moment.replace(tzinfo=None), scale=_SCALES[scale]).utc
        return utc.to_datetime(leap_second_strict="silent").replace(tzinfo=UTC)


def seconds_between(begin: datetime, end: datetime) -> float:
    """Return the time from begin to end in seconds; 0 if a damaged header has the end first."""
    return max((end - begin).total_seconds(), 0.0)
