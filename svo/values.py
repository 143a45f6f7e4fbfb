"""Converts values of FITS headers to values of the SVO, and compares them with the values that the SVO returns.

The SVO has five types of keywords. A value that does not convert to its keyword's type is left out, never sent wrong.
"""

import datetime
import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from common.errors import PermanentError, quoted
from cubefile.dates import parse_time, time_scale
from cubefile.units import unit_factor, waveunit_factor
from svo.resources import Keyword

MAX_TAG_LENGTH = 30
TEXT, REAL, INTEGER, BOOLEAN, TIME = "text", "real", "integer", "boolean", "time (ISO 8601)"

SingleValue = str | int | float | bool
HeaderValue = SingleValue | None | list[SingleValue | None]
FieldValue = SingleValue | None

# int() and float() accept more, such as 1_000, which FITS does not.
_NUMBER = re.compile(r"\s*[+-]?(\d++(\.\d*+)?|\.\d++)([eE][+-]?\d++)?\s*", re.ASCII)
# The server returns times in milliseconds; it is undocumented whether it rounds or truncates.
_TIME_RESOLUTION = datetime.timedelta(milliseconds=1)

# The times in the scale of TIMESYS; DATE itself is in UTC (FITS standard 4.0, section 4.4.2.1 and table 22).
_DATE = re.compile(r"DATE-?\w+")
_WAVELENGTHS = ("WAVEMIN", "WAVEMAX", "WAVELNTH")
_RECORD = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*): +(.*)", re.ASCII)

_FORBIDDEN_IN_PATHS = re.compile(r"""[\\/:*?"'<>|\x00-\x1f\x7f]""")
_RESERVED_BY_WINDOWS = re.compile(
    r"(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE
)


class LeftOut(NamedTuple):
    """A keyword or tag that was not sent, with the reason."""

    what: str
    reason: str


@lru_cache(maxsize=4096)  # Every cube needs the same keywords.
def canonical(keyword: str) -> str:
    """Return one spelling for the three spellings of FITS keywords in the SVO.

    ``DATE-BEG`` is spelled as in the header. A field of a record-valued card (FITS WCS Paper IV, section 2.3.2) is
    ``DW3.AXIS.1``, as astropy reads it, or ``DW3 AXIS1``; both become ``DW3 AXIS1``.
    """
    name, *fields = keyword.upper().replace(".", " ").split() or [""]
    return f"{name} {''.join(fields)}" if fields else name


def keyword_fields(
    header: Mapping[str, HeaderValue], keywords: Sequence[Keyword]
) -> tuple[dict[str, FieldValue], list[LeftOut]]:
    """Return the fields of a record from a header.

    Every keyword of the dataset has a field, so that an update also removes values that the header no longer has. The
    field is empty if the header has no value, or one that cannot be converted. Keywords of an unknown type have no
    field.

    Parameters
    ----------
    header
        Values by FITS keyword; None for an undefined value, a list for a repeated keyword.
    keywords
        The dataset's keywords.

    Returns
    -------
    The fields by name, and the keywords whose values were left out.
    """
    values = _records_of_text(header)
    waveunit = header.get("WAVEUNIT")
    waveunit = str(waveunit[0] if isinstance(waveunit, list) else waveunit)
    scale = time_scale(header.get("TIMESYS")) or "UTC"
    values |= {canonical(keyword): value for keyword, value in header.items() if keyword.strip(" .")}
    fields = {keyword.name: empty_value(keyword.type) for keyword in keywords if keyword.type in _CONVERTERS}
    given = [(keyword, values.get(canonical(keyword.verbose_name))) for keyword in keywords]
    left_out: list[LeftOut] = []
    for keyword, value in given:
        if value is None:
            continue
        try:
            in_scale = scale if _DATE.fullmatch(canonical(keyword.verbose_name)) else "UTC"
            field = convert(value, keyword.type, in_scale)
            if keyword.verbose_name in _WAVELENGTHS and isinstance(field, float):
                field *= _unit_of_wavelengths(waveunit, keyword.unit)
            fields[keyword.name] = field
        except ValueError as error:
            left_out.append(LeftOut(keyword.verbose_name, str(error)))
    return fields, left_out


@lru_cache(maxsize=64)
def _unit_of_wavelengths(waveunit: str, unit: str) -> float:
    """Return the size of WAVEUNIT in multiples of a keyword's unit; 1 if one of the two is unknown."""
    expected = unit_factor(unit, "m")
    stated = waveunit_factor(waveunit, "m")
    return stated / expected if stated and expected else 1.0


def tag_fault(name: str) -> str:
    """Return why the SVO cannot accept a tag; empty if it can."""
    if len(name) > MAX_TAG_LENGTH:
        return f"a tag of the SVO has at most {MAX_TAG_LENGTH} characters, this one has {len(name)}"
    if not name or "\0" in name:
        return "it is empty, or has null characters"
    return ""


def empty_value(keyword_type: str) -> FieldValue:
    """Return the value of an empty field."""
    return "" if keyword_type == TEXT else None


def convert(value: HeaderValue, keyword_type: str, scale: str = "UTC") -> FieldValue:
    """Return a header's value in the type of its keyword. A time in this scale becomes UTC.

    Raises
    ------
    ValueError
        Saying why the value cannot be converted.
    """
    converter = _CONVERTERS.get(keyword_type)
    if converter is None:
        raise ValueError(f"its type in the SVO, “{keyword_type}”, is unknown to the archive")
    if isinstance(value, list):
        value = _single_value(value, keyword_type)
    if isinstance(value, list):
        raise ValueError("it is a complex number")
    if value is None:
        return empty_value(keyword_type)
    return _to_time(value, scale) if keyword_type == TIME else converter(value)


def same_value(keyword_type: str, sent: FieldValue, received: FieldValue) -> bool:
    """Return whether a value from the SVO equals the value sent, within the precision that the SVO keeps."""
    # The SVO keeps text without outer white space.
    sent, received = (value.strip() if isinstance(value, str) else value for value in (sent, received))
    if sent in (None, "") or received in (None, ""):
        return sent in (None, "") and received in (None, "")
    if keyword_type == TIME:
        try:
            difference = parse_time("sent", sent) - parse_time("received", received)
        except PermanentError:
            return False
        return abs(difference) < _TIME_RESOLUTION
    if keyword_type == INTEGER:
        # The SVO returns a file's size as text.
        return str(sent) == str(received)
    return sent == received


def file_path(date: datetime.date, instrument: str, filename: str) -> str:
    """Return the path of a file in the SVO, ``<date>/<instrument>/<filename>``, without characters that it refuses."""
    return f"{date:%Y-%m-%d}/{_path_part(instrument)}/{_path_part(filename)}"


def _path_part(name: str) -> str:
    part = _FORBIDDEN_IN_PATHS.sub("", name).strip()
    is_special = not part.strip(".") or _RESERVED_BY_WINDOWS.match(part)
    return f"_{part}" if is_special else part


def _records_of_text(header: Mapping[str, HeaderValue]) -> dict[str, HeaderValue]:
    """Return record-valued cards with text, such as ``DW3 = 'NAME: Cavity error'``; the standard has only numbers."""
    records: dict[str, list[SingleValue | None]] = {}
    for keyword, value in header.items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and keyword.strip(" .") and (record := _RECORD.fullmatch(text)):
                records.setdefault(canonical(f"{keyword}.{record[1]}"), []).append(record[2])
    return dict(records)


def _single_value(values: list[SingleValue | None], keyword_type: str) -> SingleValue | None:
    """Return the value of a repeated keyword: all texts joined, or the value if all are equal."""
    given = [value for value in values if value is not None]
    if all(value == given[0] for value in given):
        return given[0] if given else None
    if keyword_type == TEXT:
        return "\n".join(str(_to_text(value)) for value in given)
    raise ValueError(f"the header has it {len(given)} times, with different values")


def _to_text(value: SingleValue) -> str:
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} cannot be sent")
    text = str(value)
    if "\0" in text:
        raise ValueError("it has null characters")
    return text


def _to_real(value: SingleValue) -> float | None:
    if isinstance(value, str) and not value.strip():
        return None
    if isinstance(value, bool) or not (isinstance(value, int | float) or _NUMBER.fullmatch(value)):
        raise ValueError(f"{quoted(value)} is not a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{quoted(value)} is beyond what can be sent")
    return number


def _to_integer(value: SingleValue) -> int | None:
    number = _to_real(value)
    if number is None:
        return None
    if not number.is_integer():
        raise ValueError(f"{quoted(value)} is not a whole number")
    # Integers beyond 2**53 would lose digits as floats.
    whole = int(value) if isinstance(value, int) or (isinstance(value, str) and _is_whole(value)) else int(number)
    if not -(2**63) <= whole < 2**63:
        raise ValueError(f"{quoted(value)} is beyond what can be sent")
    return whole


def _is_whole(text: str) -> bool:
    return text.strip().lstrip("+-").isdecimal()


def _to_boolean(value: SingleValue) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().upper() in ("T", "F"):
        return value.strip().upper() == "T"
    raise ValueError(f"{quoted(value)} is neither T nor F")


def _to_time(value: SingleValue, scale: str = "UTC") -> str | None:
    """Return a time in UTC without a zone, as FITS and the SVO write it."""
    if isinstance(value, str) and not value.strip():
        return None
    try:
        time = parse_time("it", value, scale)
    except PermanentError:
        raise ValueError(f"{quoted(value)} is not a time such as 2019-04-19T17:34:55.504") from None
    return time.replace(tzinfo=None).isoformat(timespec="microseconds")


_CONVERTERS: dict[str, Callable[[SingleValue], FieldValue]] = {
    TEXT: _to_text,
    REAL: _to_real,
    INTEGER: _to_integer,
    BOOLEAN: _to_boolean,
    TIME: _to_time,
}
