"""Pages of kept selections. The catalogue shows a selection as it shows a search."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from catalogue.filters import DataCubeFilter
from catalogue.models import Selection
from catalogue.selections import MAX_CUBES, SelectionRefused, TooManySelections, keep_selection
from datacubes.models import DataCube


@require_safe
def selection_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show the cubes of a selection in the catalogue."""
    selection = get_object_or_404(Selection, key=key)
    return redirect(f"{reverse('catalogue')}?selection={selection.key}")


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the cubes that were ticked in the catalogue or, if none was, all that its search has found."""
    try:
        selection = keep_selection(request, request.POST.getlist("oid") or _found(request.POST.get("query", "")))
    except SelectionRefused as refused:
        status = 429 if isinstance(refused, TooManySelections) else 400
        return render(request, "catalogue/selection_refused.html", {"reason": str(refused)}, status=status)
    return redirect("selection", selection.key)


def _found(query: str) -> list[str]:
    filters = DataCubeFilter(QueryDict(query), DataCube.objects.filter(metadata__isnull=False))
    if not filters.is_valid():
        raise SelectionRefused("The search is invalid.")
    found = list(filters.qs.order_by().values_list("oid", flat=True)[: MAX_CUBES + 1])
    if len(found) > MAX_CUBES:
        raise SelectionRefused(f"The search has found more than {MAX_CUBES:,} cubes. Narrow it, or tick cubes.")
    return found
