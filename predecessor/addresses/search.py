"""Puts a search of sst_archive as a question to the catalogue."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from catalogue.filters import DataCubeFilter
from catalogue.pages.former_search import LEFT_OUT, left_out_query
from datacubes.lines import all_stored_names, stored_names
from datacubes.models import DataCube

_FILTERS = {
    "start_date": "time_from",
    "end_date": "time_to",
    "spectral_lines": "spectral_line",
    "polarimetry": "polarimetry",
    "instrument": "instrument",
}
_REPEATED = ("spectral_lines", "instrument")
_YES_OR_NO = dict.fromkeys(("true", "on", "yes", "1"), "true") | dict.fromkeys(("false", "off", "no", "0"), "false")
_OF_A_PAGE = ("page",)
"""Parameters that ask nothing of a cube."""


def catalogue_query(search: QueryDict) -> tuple[QueryDict, bool]:
    """Return the query of the catalogue for a search of sst_archive, and whether it asks the same.

    What the catalogue cannot ask is left out, and named by the parameter `LEFT_OUT`.
    """
    query, left_out = QueryDict(mutable=True), set[str]()
    fields: dict[str, Any] = DataCubeFilter(queryset=DataCube.objects.none()).form.fields
    for name, values in search.lists():
        given = list(dict.fromkeys(value.strip() for value in values if value.strip()))
        if not given or name in _OF_A_PAGE:
            continue
        accepted = _accepted(name, given, fields)
        if accepted:
            query.setlist(_FILTERS[name], accepted)
        else:
            left_out.add(name)
    # What is wrong only together: a time that ends before it begins, or too many lines.
    wrong = DataCubeFilter(query, DataCube.objects.none()).form.errors
    for name, filter_name in _FILTERS.items():
        if filter_name in wrong:
            left_out.add(name)
            query.pop(filter_name, None)
    if left_out:
        query[LEFT_OUT] = left_out_query(left_out)
    return query, not left_out


def _accepted(name: str, given: list[str], fields: dict[str, Any]) -> list[str]:
    """Return the values of a parameter as the catalogue's filter takes them; none if it does not take them all."""
    if name not in _FILTERS or (len(given) > 1 and name not in _REPEATED):
        return []
    if name == "polarimetry":
        given = [_YES_OR_NO.get(value.casefold(), value) for value in given]
    field = fields[_FILTERS[name]]
    are_valid = all(_is_valid(field, [value] if name in _REPEATED else value) for value in given)
    # A line that is not known may be a name of another kind; asking for it would find nothing.
    are_known = name != "spectral_lines" or (are_valid and all(map(_is_known_line, given)))
    return given if are_valid and are_known else []


def _is_known_line(text: str) -> bool:
    return not set(stored_names([text])).isdisjoint(all_stored_names())


def _is_valid(field: Any, value: str | list[str]) -> bool:
    try:
        field.clean(value)
    except ValidationError:
        return False
    return True
