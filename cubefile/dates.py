"""Times in FITS headers."""

import re
from datetime import UTC, date, datetime, timedelta

from common.errors import PermanentError, quoted

_FITS_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(T(?P<clock>\d\d:\d\d):(?P<seconds>\d\d)(\.(?P<fraction>\d*))?Z?)?", re.ASCII
)


def parse_time(keyword: str, value: object) -> datetime:
    """Read a time in the form of FITS (standard 4.0, section 9.1.1): ``YYYY-MM-DD[Thh:mm:ss[.s…]]``, in UTC.

    Digits beyond microseconds are cut off; a leap second (``:60``) becomes the second after it.

    Raises
    ------
    PermanentError
        Naming the keyword, if the value is not such a time.
    """
    match = _FITS_TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise PermanentError(f"{keyword} is {quoted(value)}; a time such as 2019-04-19T17:34:55.504 was expected.")
    seconds = int(match["seconds"] or 0)
    microseconds = int((match["fraction"] or "").ljust(6, "0")[:6])
    try:
        minute = datetime.fromisoformat(f"{match['day']}T{match['clock'] or '00:00'}").replace(tzinfo=UTC)
        if seconds > 60:
            raise ValueError("seconds must be from 00 to 60")
        return minute + timedelta(seconds=seconds, microseconds=microseconds)
    except (ValueError, OverflowError) as error:
        raise PermanentError(f"{keyword} is {quoted(value)}, which is no time: {error}.") from None


def parse_date(keyword: str, value: object) -> date:
    """Read the day of a time in the form of FITS.

    Raises
    ------
    PermanentError
        Naming the keyword, if the value is not such a time.
    """
    return parse_time(keyword, value).date()
