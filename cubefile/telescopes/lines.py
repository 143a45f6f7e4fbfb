"""Names of spectral lines: those that people read, and those that people write when they search.

Archives store a line under the name of its filter, such as ``8542``, or under the name of the header, such as
``Fe I 6173``. People write ``Ca II 8542``, ``8542``, ``854.2``, ``8542 Å``, ``H-alpha``, ``Hα`` or ``Ca II``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from cubefile.telescopes import TELESCOPES

_GREEK = str.maketrans({"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon"})
_SHORT = {"ha": "halpha", "hb": "hbeta", "hg": "hgamma"}
_WORD = re.compile(r"[^\W_]+")
_WAVELENGTH = re.compile(r"(.*?)\s*\b([0-9]{3,6})(?:\.([0-9]{0,6}))?\s*(nm|å|a|angstroms?|ångströms?)?", re.DOTALL)
_GLUED_WAVELENGTH = re.compile(r"(?<=[a-zα-ω])(?=[0-9]{3})")
_MOST_WORDS = 6
_LEAST_ANGSTROM = 1000
"""A number without a unit from here on is a wavelength in Å, a smaller one in nm."""


@dataclass(frozen=True)
class NamedLine:
    """A spectral line as an archive stores it.

    Attributes
    ----------
    stored
        The name that cubes are stored under: that of a filter, or that of the header.
    name
        The name for people, such as ``Ca II 8542``; empty if `stored` is only a number that no telescope knows.
    nm
        The wavelength in nm, if it is known.
    """

    stored: str
    name: str
    nm: float | None

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """The first words of the name without its wavelength, joined: ``ca`` and ``caii``."""
        return _joined(_words(_Wanted.parse(self.name).name))

    @cached_property
    def parts(self) -> frozenset[str]:
        """All words that follow each other in the name, joined: ``ca``, ``caii`` and ``ii``."""
        words = _words(_Wanted.parse(self.name).name)
        return frozenset().union(*(_joined(words[first:]) for first in range(len(words))))

    @cached_property
    def digits(self) -> str:
        """The digits of the wavelength in `stored`."""
        return _Wanted.parse(self.stored).digits


@cache
def known_lines() -> dict[str, NamedLine]:
    """Return the lines of all telescopes, by the names of their filters."""
    lines: dict[str, NamedLine] = {}
    for telescope in TELESCOPES:
        for filter_name, line in telescope.lines.items():
            lines.setdefault(filter_name, NamedLine(filter_name, f"{line.name} {filter_name}", line.nm))
    return lines


@lru_cache(maxsize=4096)
def named_line(stored: str) -> NamedLine:
    """Return what is known of a line that is stored under this name."""
    known = known_lines()
    if stored in known:
        return known[stored]
    wanted = _Wanted.parse(stored)
    if not wanted.name:
        return NamedLine(stored, "", wanted.nm if wanted.has_unit else None)
    same = next((line for line in known.values() if wanted.digits and wanted.fits(line)), None)
    return NamedLine(stored, stored, same.nm if same else wanted.nm)


def line_name(stored: str) -> str:
    """Return the name of a stored line for people, such as ``Ca II 8542``; empty if none is known."""
    return named_line(stored).name


def lines_meant(text: str, stored: Iterable[str]) -> list[str]:
    """Return the stored names of all lines that a person means.

    Parameters
    ----------
    text
        A stored name, a name with or without a wavelength, or a wavelength in nm or Å; several separated by commas. An
        element alone means all its lines. A wavelength means the lines that it is the rounded or cut value of.
    stored
        The names that the archive stores. Lines of telescopes need not be among them.

    Returns
    -------
    list
        Sorted, without repetition. A text that means no line is returned itself.
    """
    lines = known_lines() | {name: named_line(name) for name in stored if name}
    parts = [text.strip()] if text.strip() in lines else [part.strip() for part in text.split(",")]
    return sorted({name for part in parts if part for name in _lines_of_part(part, lines) or [part]})


def _lines_of_part(text: str, lines: dict[str, NamedLine]) -> list[str]:
    wanted, folded = _Wanted.parse(text), text.casefold()
    found = [line.stored for line in lines.values() if folded in (line.stored.casefold(), line.name.casefold())]
    if wanted.digits:
        return found + [line.stored for line in lines.values() if wanted.fits(line)]
    beginning = [line.stored for line in lines.values() if wanted.joined in line.beginnings]
    return found + (beginning or [line.stored for line in lines.values() if wanted.joined in line.parts])


@dataclass(frozen=True)
class _Wanted:
    """A text, taken apart: a name, and the digits of a wavelength with their unit."""

    name: str
    digits: str = ""
    nm: float | None = None
    precision: float = 0.0
    has_unit: bool = False

    @classmethod
    def parse(cls, text: str) -> "_Wanted":
        lowered = _GLUED_WAVELENGTH.sub(" ", text.replace("\u212b", "Å").casefold().replace("\u030a", "").strip())
        match = _WAVELENGTH.fullmatch(lowered)
        if not match:
            return cls(lowered)
        name, whole, decimals, unit = match.groups()
        digits = whole if decimals is None else f"{whole}.{decimals}"
        in_nm = unit == "nm" or (unit is None and int(whole) < _LEAST_ANGSTROM)
        scale = 1.0 if in_nm else 0.1
        has_unit = unit is not None or decimals is not None or not in_nm
        return cls(name, digits, float(digits) * scale, 10.0 ** -len(decimals or "") * scale, has_unit)

    @cached_property
    def joined(self) -> str:
        """The words of the name, however they are separated: ``CaII``, ``H alpha``, ``Halpha``."""
        joined = "".join(_words(self.name))
        return _SHORT.get(joined, joined)

    def fits(self, line: NamedLine) -> bool:
        """Return whether a line has the wavelength and, if one is wanted, the name."""
        if self.joined and self.joined not in line.beginnings:
            return False
        if self.digits == line.digits:
            return True
        if self.nm is None or line.nm is None:
            return False
        beyond = line.nm - self.nm
        return -1e-9 <= beyond < self.precision - 1e-9 or abs(beyond) < self.precision / 2 - 1e-9


def _words(name: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(name.translate(_GREEK).casefold()))


def _joined(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset("".join(words[:count]) for count in range(1, min(len(words), _MOST_WORDS) + 1))
