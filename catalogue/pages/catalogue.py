"""The catalogue: a page of the cubes that match the filters. The URL holds its whole state."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from catalogue.exports.formats import DOWNLOADS, TABLES
from catalogue.filters import MULTIPLE_FILTERS, TOO_MANY_COMPARED, DataCubeFilter
from catalogue.orderings import CUBE_ORDERINGS
from catalogue.pages.former_search import LEFT_OUT, left_out_parameters
from catalogue.pages.groups import grouped_by_observation
from catalogue.pages.search_form import WORDED, lines_to_choose, suit_a_page
from catalogue.totals import total_of
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
_BY_OBSERVATION = "observations"


@dataclass(frozen=True)
class ActiveFilter:
    """An active filter in words, and the query of the page without it."""

    label: str
    value: str
    query_without: str


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Show a page of the catalogue. If a parameter is wrong, show the error and list nothing.

    A form sends its empty fields too: such an address is redirected to the one that says only what is set.
    """
    if any(value == "" for _, values in request.GET.lists() for value in values):
        return redirect(f"{request.path}{_query(request.GET)}")
    filters = DataCubeFilter(request.GET, LISTED_CUBES, request=request)
    suit_a_page(filters.form)
    order = request.GET.get("ordering") or _DEFAULT_ORDER
    page: Page[DataCube] = Page([], None, None)
    problem, total = "", None
    if repeated := repeated_parameters(request.GET, MULTIPLE_FILTERS):
        problem = f"The address has {', '.join(repeated)} several times; give it once."
    elif order not in CUBE_ORDERINGS:
        problem = "The catalogue cannot be ordered by this."
    elif request.GET.get("group", _BY_OBSERVATION) != _BY_OBSERVATION:
        problem = "The catalogue cannot be grouped by this."
    elif filters.is_valid():
        try:
            cursor, ways = request.GET.get("cursor") or None, filters.ways(CUBE_ORDERINGS[order])
            page = keyset_page(filters.qs, CUBE_ORDERINGS, order, cursor, PAGE_SIZE, ways)
            total = None if cursor else total_of(filters.qs, page, ways)
        except TookTooLong:
            problem = TOO_MANY_COMPARED
        except CursorRefused:
            problem = "The link to this page of the catalogue is damaged, or was made for another order."
    access = download_access_by_cube(request.user, page.rows)
    hide_closed_previews(page.rows, access)
    cubes = [(cube, access[cube.pk]) for cube in page.rows]
    is_restricted = any(not one.allowed for one in access.values())
    lines, other_lines = lines_to_choose(request.GET)
    context = {
        "lines": lines,
        "other_lines": other_lines,
        "form": filters.form,
        "left_out": left_out_parameters(request.GET),
        "refused": not problem and not filters.is_valid(),
        "problem": problem,
        "cubes": cubes,
        "groups": grouped_by_observation(cubes) if request.GET.get("group") else None,
        "restricted_observation": request.GET.get("observation") if is_restricted else None,
        "total": total,
        "active_filters": _active_filters(filters.form, request.GET),
        "orderings": {name: ordering.label for name, ordering in CUBE_ORDERINGS.items()},
        "order": order,
        "is_first_page": not request.GET.get("cursor"),
        "selection": filters.form.cleaned_data.get("selection") if filters.is_valid() else None,
        "tables": TABLES,
        "downloads": DOWNLOADS,
        "export_query": f"{_query(request.GET, without=['group'])}&",
        "feed_query": _query(request.GET, without=["group", "ordering"]),
        "first_query": _query(request.GET),
        "previous_query": page.previous_cursor and _query(request.GET, cursor=page.previous_cursor),
        "next_query": page.next_cursor and _query(request.GET, cursor=page.next_cursor),
    }
    status = 400 if problem or context["refused"] else 200
    return render(request, "catalogue/catalogue.html", context, status=status)


def _active_filters(form: forms.Form, parameters: QueryDict) -> list[ActiveFilter]:
    active = []
    for name, field in form.fields.items():
        values = [value for value in parameters.getlist(name) if value.strip()]
        labels = dict(field.widget.choices) if name in WORDED else {}
        for value in values:
            without = parameters.copy()
            without.setlist(name, [other for other in values if other != value])
            active.append(ActiveFilter(str(field.label), labels.get(value, value), _query(without)))
    return active


def _query(parameters: QueryDict, *, without: Iterable[str] = (), **changes: str) -> str:
    """Return parameters as the query of a URL that leads to the first page, or to the page of a cursor.

    What is empty or as it is by default is left out.
    """
    query = parameters.copy()
    for name in ("cursor", LEFT_OUT, *without):
        query.pop(name, None)
    for name in list(query):
        query.setlist(name, [value for value in query.getlist(name) if value])
    if query.get("ordering") == _DEFAULT_ORDER:
        del query["ordering"]
    query.update(changes)
    return f"?{query.urlencode()}"
