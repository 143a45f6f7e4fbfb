"""Several cubes side by side: pictures, facts and line profiles."""

from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from catalogue.pages.catalogue import LISTED_CUBES
from datacubes.closed_previews import hide_closed_previews
from datacubes.permissions import download_access_by_cube

MAX_COMPARED = 6


@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest) -> HttpResponse:
    """Show up to `MAX_COMPARED` cubes side by side; redirect a form that posts them to the address that names them."""
    if request.method == "POST":
        query = QueryDict(mutable=True)
        query.setlist("oid", request.POST.getlist("oid")[: MAX_COMPARED + 1])
        return redirect(f"{reverse('compare')}?{query.urlencode()}")
    oids = list(dict.fromkeys(request.GET.getlist("oid")))
    found = {cube.oid: cube for cube in LISTED_CUBES.filter(oid__in=oids[:MAX_COMPARED])}
    cubes = [found[oid] for oid in oids if oid in found]
    access = download_access_by_cube(request.user, cubes)
    hide_closed_previews(cubes, access)
    context = {"cubes": cubes, "more": max(0, len(oids) - MAX_COMPARED), "most": MAX_COMPARED}
    return render(request, "catalogue/compare.html", context, status=200 if cubes or not oids else 404)
