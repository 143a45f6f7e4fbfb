"""Reads the units that headers name (FITS standard 4.0, section 4.3: BUNIT, CUNITn)."""

import math
import re

# astropy tries to parse any text, which is slow for long ones. It computes “10**9999999” as an integer, which blocks
# the process, and it reads “²” as a digit of an exponent.
_LONGEST_UNIT = 16
_LONG_NUMBER = re.compile("[0-9¹²³]{4}")


def unit_factor(text: object, unit: str) -> float | None:
    """Return the size of the unit that `text` names, in multiples of `unit`; None if it does not convert."""
    if not isinstance(text, str) or len(text) > _LONGEST_UNIT or _LONG_NUMBER.search(text):
        return None
    from astropy import units  # Takes half a second, and synchronisations and the web server seldom need it.

    try:
        return float(units.Unit(text).to(unit))
    except (ArithmeticError, TypeError, ValueError):
        return None


def waveunit_factor(waveunit: object, unit: str) -> float | None:
    """Return the size of the unit that WAVEUNIT gives, in multiples of `unit`; None if it gives no unit of length.

    WAVEUNIT is a power of ten of the metre (SOLARNET metadata recommendations) or, in other files, the name of a unit.
    """
    factor = unit_factor(waveunit, unit)
    if factor is not None:
        return factor
    try:
        power = float(str(waveunit))
    except ValueError:
        return None
    metres = unit_factor(unit, "m")
    # Subtracting the powers makes the factor of 10^-9 m in nm exactly 1.
    return 10.0 ** (power - math.log10(metres)) if metres and power.is_integer() and -15 <= power <= 3 else None
