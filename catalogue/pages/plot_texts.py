"""Describes plots in words, for people who cannot see them and for people who want the numbers."""

from datetime import datetime
from statistics import median
from typing import Any


def seeing_text(seeing: dict[str, Any]) -> str:
    """Return a sentence about the seeing."""
    times = [datetime.fromisoformat(time) for time in seeing["times"] if time]
    if not times:
        return "The file gives the seeing without times."
    minutes = (max(times) - min(times)).total_seconds() / 60
    ranges = [
        f"{name} {text}"
        for name, text in (
            ("low altitudes", _range_in_cm(seeing["r0_low"])),
            ("low and high altitudes", _range_in_cm(seeing["r0_low_and_high"])),
        )
        if text
    ]
    return (
        f"Fried parameter r₀ over {minutes:.1f} min. " + ("; ".join(ranges) or "no value is known").capitalize() + "."
    )


def line_profile_text(profile: dict[str, Any]) -> str:
    """Return a sentence about the line profile."""
    places = profile["wavelengths"]
    if not places:
        return "The file gives the profile without wavelengths."
    names = list(profile["stokes"])
    first = profile["stokes"][names[0]]
    known = [(value, place) for value, place in zip(first, places, strict=True) if value is not None]
    steps = "1 wavelength" if len(places) == 1 else f"{len(places)} wavelengths"
    span = f"at {places[0]:.3f} nm" if len(places) == 1 else f"from {places[0]:.3f} to {places[-1]:.3f} nm"
    scans = "1 scan" if profile["scans"] == 1 else f"{profile['scans']} scans"
    least = f" Stokes {names[0]} has its minimum at {min(known)[1]:.3f} nm." if len(known) > 1 else ""
    return f"Median over the field, mean of {scans}: Stokes {', '.join(names)}, {steps} {span}.{least}"


def _range_in_cm(metres: list[float | None]) -> str:
    known = [100 * value for value in metres if value is not None]
    return f"{min(known):.1f} to {max(known):.1f} cm, median {median(known):.1f} cm" if known else ""
