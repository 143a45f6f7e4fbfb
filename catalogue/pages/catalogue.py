"""The catalogue: a page of the cubes that match the filters. The URL holds its whole state."""

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalogue.exports.formats import DOWNLOADS, TABLES
from catalogue.filters import MULTIPLE_FILTERS, TOO_MANY_COMPARED, DataCubeFilter
from catalogue.orderings import CUBE_ORDERINGS
from common.api.views import repeated_parameters
from common.bounded_statements import TookTooLong
from common.keyset import CursorRefused, Page, keyset_page
from datacubes.closed_previews import hide_closed_previews
from datacubes.models import DataCube
from datacubes.permissions import download_access_by_cube

PAGE_SIZE = 24

LISTED_CUBES = (
    DataCube.objects.filter(metadata__isnull=False)
    .select_related("access", "instrument", "metadata", "plot_data")
    .prefetch_related("image_previews", "tags")
    .defer("sources", "metadata__keywords", "plot_data__seeing", "plot_data__line_profile")
)
"""Cubes with all rows that a list shows."""

_DEFAULT_ORDER = next(iter(CUBE_ORDERINGS))
_HINTS = {
    "search": "Part of the OID or file name.",
    "time_from": "UTC: 2019-04-19, or 2019-04-19T17:30.",
    "spectral_line": "Such as Ca II 8542, H-alpha or 854.2.",
    "keyword": "NAME:value or a comparison, such as XPOSURE<0.15.",
    "observation": "POINT_ID, or DATE-BEG.",
}


@dataclass(frozen=True)
class ActiveFilter:
    """An active filter in words, and the query of the page without it."""

    label: str
    value: str
    query_without: str


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Show a page of the catalogue. If a parameter is wrong, show the error and list nothing."""
    filters = DataCubeFilter(request.GET, LISTED_CUBES, request=request)
    _suit_a_page(filters.form)
    order = request.GET.get("ordering") or _DEFAULT_ORDER
    page: Page[DataCube] = Page([], None, None)
    problem = ""
    if repeated := repeated_parameters(request.GET, MULTIPLE_FILTERS):
        problem = f"The address has {', '.join(repeated)} several times; give it once."
    elif order not in CUBE_ORDERINGS:
        problem = "The catalogue has no such order."
    elif filters.is_valid():
        try:
            cursor, ways = request.GET.get("cursor") or None, filters.ways(CUBE_ORDERINGS[order])
            page = keyset_page(filters.qs, CUBE_ORDERINGS, order, cursor, PAGE_SIZE, ways)
        except TookTooLong:
            problem = TOO_MANY_COMPARED
        except CursorRefused:
            problem = "The link to this page of the catalogue is damaged, or was made for another order."
    access = download_access_by_cube(request.user, page.rows)
    hide_closed_previews(page.rows, access)
    context = {
        "form": filters.form,
        "refused": not problem and not filters.is_valid(),
        "problem": problem,
        "cubes": [(cube, access[cube.pk]) for cube in page.rows],
        "active_filters": _active_filters(filters.form, request.GET),
        "orderings": {name: ordering.label for name, ordering in CUBE_ORDERINGS.items()},
        "order": order,
        "is_first_page": not request.GET.get("cursor"),
        "selection": filters.form.cleaned_data.get("selection") if filters.is_valid() else None,
        "tables": TABLES,
        "downloads": DOWNLOADS,
        "export_query": f"{_query(request.GET)}&",
        "first_query": _query(request.GET),
        "previous_query": page.previous_cursor and _query(request.GET, cursor=page.previous_cursor),
        "next_query": page.next_cursor and _query(request.GET, cursor=page.next_cursor),
    }
    status = 400 if problem or context["refused"] else 200
    return render(request, "catalogue/catalogue.html", context, status=status)


def _suit_a_page(form: forms.Form) -> None:
    """Give the fields input elements and hints for a page instead of an API."""
    for name in ("instrument", "tag"):
        field = form.fields[name]
        field.widget = forms.CheckboxSelectMultiple(choices=field.widget.choices)
    for name in ("polarimetry", "release"):
        widget = form.fields[name].widget
        widget.choices = [("", "Any"), *((value, label) for value, label in widget.choices if value)]
    for name, field in form.fields.items():
        if isinstance(field, forms.FloatField):
            field.widget.attrs["step"] = "any"
        field.help_text = _HINTS.get(name, "")


def _active_filters(form: forms.Form, parameters: QueryDict) -> list[ActiveFilter]:
    active = []
    for name, field in form.fields.items():
        values = [value for value in parameters.getlist(name) if value.strip()]
        labels = dict(field.widget.choices) if name in ("polarimetry", "release") else {}
        for value in values:
            without = parameters.copy()
            without.setlist(name, [other for other in values if other != value])
            active.append(ActiveFilter(str(field.label), labels.get(value, value), _query(without)))
    return active


def _query(parameters: QueryDict, **changes: str) -> str:
    """Return parameters as the query of a URL that leads to the first page, or to the page of a cursor."""
    query = parameters.copy()
    query.pop("cursor", None)
    for name in list(query):
        query.setlist(name, [value for value in query.getlist(name) if value])
    query.update(changes)
    return f"?{query.urlencode()}"
