"""Pages and files at the addresses of sst_archive: each is redirected, or answered with a sentence."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.views.decorators.http import require_safe

from catalogue.links import cube_page_path
from catalogue.selections import SelectionRefused, TooManySelections, selection_of_link
from datacubes.links import download_path
from datacubes.models import Companion, DataCube, Observation
from predecessor.addresses.files import Found, find_file
from predecessor.addresses.numbers import find_observation
from predecessor.addresses.search import catalogue_query

MOST_FILES = 200
"""Files of one script; an address that a web server takes has room for fewer."""
SHOWN_NAMES = 20


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Redirect the landing page."""
    return HttpResponsePermanentRedirect(reverse("catalogue"))


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Redirect a search to the catalogue: for ever if it asks the same there."""
    query, is_same = catalogue_query(request.GET)
    address = f"{reverse('catalogue')}?{query.urlencode()}" if query else reverse("catalogue")
    return HttpResponsePermanentRedirect(address) if is_same else HttpResponseRedirect(address)


@require_safe
def observation(request: HttpRequest, number: str) -> HttpResponse:
    """Redirect the page of an observation to the catalogue of its cubes."""
    row = find_observation(number.removesuffix("/"))
    if not row or not Observation.objects.filter(point_id=row.point_id, is_listed=True).exists():
        return _not_found(
            request,
            "The archive has no observation with this number of sst_archive, the archive that this one replaces.",
        )
    query = QueryDict(mutable=True)
    query["observation"] = row.point_id
    return HttpResponsePermanentRedirect(f"{reverse('catalogue')}?{query.urlencode()}")


@require_safe
def download(request: HttpRequest, filename: str) -> HttpResponse:
    """Redirect the file of a cube. If the cube has a file of another name by now, redirect to its page."""
    found = find_file(filename)
    if found.file:
        return HttpResponsePermanentRedirect(download_path(found.file))
    if found.successor:
        return HttpResponseRedirect(cube_page_path(found.successor.oid))
    return _not_found(request, "The archive has no file of this name.")


@require_safe
def download_multiple(request: HttpRequest) -> HttpResponse:
    """Redirect to the script that downloads some files; the first request keeps a selection of their cubes."""
    names = list(dict.fromkeys(name for name in request.GET.getlist("files") if name))
    if not 1 <= len(names) <= MOST_FILES:
        return _not_found(
            request, f"The address names {len(names):,} files by its parameter “files”; 1 to {MOST_FILES} are expected."
        )
    found = {name: find_file(name) for name in names}
    cubes = [one.file for one in found.values() if isinstance(one.file, DataCube) and not one.file.withdrawn_at]
    if len(cubes) < len(names):
        return _files_left_out(request, found, [cube.filename for cube in cubes])
    try:
        selection = selection_of_link(request, [cube.oid for cube in cubes])
    except SelectionRefused as refused:
        status = 429 if isinstance(refused, TooManySelections) else 400
        return render(request, "catalogue/selection_refused.html", {"reason": str(refused)}, status=status)
    return HttpResponsePermanentRedirect(f"{reverse('data-cube-list')}?selection={selection.key}&format=sh")


@require_safe
def account(request: HttpRequest, rest: str) -> HttpResponse:
    """Redirect a page of accounts, which has the same address without the prefix of sst_archive."""
    query = request.META.get("QUERY_STRING", "")
    # A part of the path begins with the folder, so that it cannot name another host.
    address = f"{reverse('catalogue')}accounts/{quote(rest)}"
    return HttpResponsePermanentRedirect(f"{address}?{iri_to_uri(query)}" if query else address)


@require_safe
def absent(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer all other addresses of sst_archive."""
    return _not_found(
        request, "This was an address of sst_archive, the archive that this one replaces. It has no counterpart here."
    )


def _files_left_out(request: HttpRequest, found: dict[str, Found], rest: list[str]) -> HttpResponse:
    """Say which files a script would lack, and link to the script of the others."""
    others = QueryDict(mutable=True)
    others.setlist("files", rest)
    alone = [(name, download_path(one.file)) for name, one in found.items() if isinstance(one.file, Companion)]
    missing = sorted(found.keys() - set(rest) - {name for name, _ in alone})
    context = {
        "missing": missing[:SHOWN_NAMES],
        "more_missing": len(missing[SHOWN_NAMES:]),
        "alone": alone,
        "n_rest": len(rest),
        "others": others.urlencode(),
    }
    return render(request, "former_addresses/files_left_out.html", context, status=404)


def _not_found(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "former_addresses/not_found.html", {"reason": reason}, status=404)
