"""What people ask an archive, as parameters of its API."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from astropy import units as u
from astropy.time import Time

Times = Any
"""A text, a Time, or a pair of these."""


def parameters(
    *,
    time: Times = None,
    instrument: str | Iterable[str] | None = None,
    spectral_line: str | Iterable[str] | None = None,
    wavelength: u.Quantity | tuple[u.Quantity, u.Quantity] | None = None,
    tags: str | Iterable[str] | None = None,
    polarimetry: bool | None = None,
    position: Sequence[u.Quantity] | None = None,
    keywords: Any = None,
    text: str | None = None,
    observation: str | None = None,
    ordering: str | None = None,
    **others: Any,
) -> dict[str, Any]:
    """Return the parameters of ``GET /api/v1/data-cubes/``; see `Archive.search`."""
    found: dict[str, Any] = {
        "instrument": _texts(instrument),
        "spectral_line": _texts(spectral_line),
        "tag": _texts(tags),
        "polarimetry": None if polarimetry is None else str(bool(polarimetry)).lower(),
        "search": text,
        "observation": observation,
        "ordering": ordering,
        **others,
    }
    if time is not None:
        begin, end = time if isinstance(time, tuple | list) else (time, time)
        found |= {"time_from": _moment(begin), "time_to": _moment(end)}
    if wavelength is not None:
        low, high = wavelength if isinstance(wavelength, tuple | list) else (wavelength, wavelength)
        found |= {"wavelength_from": _number(low, u.nm), "wavelength_to": _number(high, u.nm)}
    if position is not None:
        if len(position) not in (3, 4):
            raise ValueError("position has 3 values (x, y, radius) or 4 (x_min, y_min, x_max, y_max).")
        found["circle" if len(position) == 3 else "box"] = ",".join(
            f"{_number(value, u.arcsec):.10g}" for value in position
        )
    if keywords is not None:
        is_mapping = isinstance(keywords, Mapping)
        found["keyword"] = (
            [f"{name}:{_keyword_value(value)}" for name, value in keywords.items()] if is_mapping else _texts(keywords)
        )
    return {name: value for name, value in found.items() if value is not None and value != []}


def _texts(values: Any) -> list[str] | None:
    if values is None:
        return None
    return [values] if isinstance(values, str) else [str(value) for value in values]


def _moment(value: Any) -> str:
    return str(value.utc.isot) if isinstance(value, Time) else str(value)


def _number(value: Any, unit: u.UnitBase) -> float:
    return float(value.to_value(unit, equivalencies=u.spectral()) if isinstance(value, u.Quantity) else value)


def _keyword_value(value: Any) -> str:
    return ("T" if value else "F") if isinstance(value, bool) else str(value)
