"""The form of the filters as a page has it: input elements and hints for people, and the lines to choose from."""

import re
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict

from cubefile.telescopes.lines import NamedLine, named_line
from datacubes.lines import all_stored_names

WORDED = frozenset({"polarimetry", "release"})
"""Fields whose values have names for people."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HINTS = {
    "search": "Any part, at least three letters or digits.",
    "keyword": "NAME:value, NAME<1, NAME:1..2, or NAME~part of a text.",
    "observation": "POINT_ID, or DATE-BEG.",
    "box": "x_min,y_min,x_max,y_max in arcsec.",
    "circle": "x,y,radius in arcsec.",
    "overlaps": "OID of a cube.",
}


class LineChoice(NamedTuple):
    """A line to choose, and whether the address names it."""

    line: NamedLine
    is_chosen: bool


def suit_a_page(form: forms.Form) -> None:
    """Give the fields input elements and hints for a page instead of an API."""
    for name in ("instrument", "tag"):
        field: Any = form.fields[name]
        field.widget = forms.CheckboxSelectMultiple(choices=field.widget.choices)
    for name in WORDED:
        widget: Any = form.fields[name].widget
        widget.choices = [("", "Any"), *((value, label) for value, label in widget.choices if value)]
    for name in ("time_from", "time_to"):
        # A browser's field of a date has days only. The address can also have a time, a month or a year.
        is_day = _DAY.fullmatch(form.data.get(name) or "2000-01-01")
        form.fields[name].widget = forms.DateInput(attrs={"type": "date" if is_day else "text"})
    for name, field in form.fields.items():
        if isinstance(field, forms.FloatField):
            field.widget.attrs["step"] = "any"
        field.help_text = _HINTS.get(name, "")


def lines_to_choose(parameters: QueryDict) -> tuple[list[LineChoice], str]:
    """Return the lines of the archive's cubes, by wavelength, and what else the address has as lines."""
    given = parameters.getlist("spectral_line")
    lines = sorted(map(named_line, all_stored_names()), key=lambda line: (line.nm is None, line.nm or 0.0, line.stored))
    stored = {line.stored for line in lines}
    return [LineChoice(line, line.stored in given) for line in lines], ", ".join(
        text for text in given if text not in stored
    )
