"""Units as headers name them (FITS standard 4.0, section 4.3: BUNIT, CUNITn)."""

import math
import re

from astropy import units

# astropy looks for a meaning of whatever it is given, which takes long for a long text, and computes “10**9999999” as
# an integer, during which nothing else of the process runs. It takes “²” for a digit of an exponent.
_LONGEST_UNIT = 16
_LONG_NUMBER = re.compile("[0-9¹²³]{4}")


def unit_factor(text: object, unit: units.UnitBase) -> float | None:
    """Return how many of `unit` the unit has that a header names, None where it names none of that kind."""
    if not isinstance(text, str) or len(text) > _LONGEST_UNIT or _LONG_NUMBER.search(text):
        return None
    try:
        return float(units.Unit(text).to(unit))
    except (ArithmeticError, TypeError, ValueError):
        return None


def waveunit_factor(waveunit: object, unit: units.UnitBase) -> float | None:
    """Return how many of `unit` the unit has that WAVEUNIT states, None where it states none.

    WAVEUNIT is a power of ten of the metre (SOLARNET metadata recommendations), or, in other files, the name of a unit.
    """
    factor = unit_factor(waveunit, unit)
    if factor is not None:
        return factor
    try:
        power = float(str(waveunit))
    except ValueError:
        return None
    # The difference of powers: nanometres of 10^-9 m are exactly one.
    return 10.0 ** (power - math.log10(unit.to(units.m))) if power.is_integer() and -15 <= power <= 3 else None
