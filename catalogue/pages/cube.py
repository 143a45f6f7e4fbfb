"""The page of a cube."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalogue.access_requests import asked_at
from catalogue.fixity import damage_found
from catalogue.links import header_path
from catalogue.pages.catalogue import LISTED_CUBES
from catalogue.pages.citations import citation_of, other_sites, ways_to_use
from catalogue.pages.keyword_table import MAX_CHARACTERS, keyword_table
from catalogue.pages.plot_texts import line_profile_text, seeing_text
from datacubes.closed_previews import hide_closed_previews
from datacubes.companions import companions_of
from datacubes.models import DataCube
from datacubes.permissions import download_access, download_access_by_cube

MAX_RELATED = 6

# No cube of a ground-based telescope is longer. The bound lets the index of begins find cubes of the same time.
_LONGEST_CUBE = timedelta(days=1)

_CUBES = (
    DataCube.objects.filter(metadata__isnull=False)
    .select_related("access", "instrument", "metadata", "observation", "plot_data", "video_preview", "fits_header")
    .prefetch_related("image_previews", "tags")
    .defer("sources")
)


@require_safe
def cube_page(request: HttpRequest, oid: str) -> HttpResponse:
    """Show all information about a cube."""
    cube = _CUBES.filter(oid=oid).first()
    if cube is None:
        return _tombstone(request, oid)
    access = download_access(request.user, cube)
    hide_closed_previews([cube], {cube.pk: access})
    plots = getattr(cube, "plot_data", None)
    header = getattr(cube, "fits_header", None)
    header_text, more_cards = header.first_lines() if header else ("", 0)
    same_observation = LISTED_CUBES.filter(observation=cube.observation_id).exclude(pk=cube.pk)
    context = {
        "cube": cube,
        "access": access,
        "asked_at": None if access.allowed else asked_at(request.user, cube),
        "contact": settings.ARCHIVE_CONTACT_EMAIL,
        "seeing_text": seeing_text(plots.seeing) if plots and plots.seeing else "",
        "line_profile_text": line_profile_text(plots.line_profile) if plots and plots.line_profile else "",
        "keywords": keyword_table(cube.metadata.keywords, header),
        "max_characters": MAX_CHARACTERS,
        "header_text": header_text,
        "more_cards": more_cards,
        "header_path": header_path(cube.oid),
        "companions": companions_of(cube),
        "damaged_since": damage_found(cube),
        "citation": citation_of(cube),
        "ways_to_use": ways_to_use(cube),
        "other_sites": other_sites(cube),
        "related": [
            (
                "Of the same observation",
                _first(request, same_observation.order_by("metadata__date_beg", "metadata__pk")),
                urlencode({"observation": cube.observation.point_id}),
            ),
            (
                "Of other observations at the same time",
                _first(request, _of_the_same_time(cube)),
                urlencode({"overlaps": cube.oid}),
            ),
        ],
    }
    return render(request, "catalogue/cube.html", context)


def _tombstone(request: HttpRequest, oid: str) -> HttpResponse:
    """Show a withdrawn cube and the cube that replaces it; 404 if the OID was never used."""
    every = DataCube.every.select_related("instrument", "metadata", "observation").exclude(withdrawn_at=None)
    return render(request, "catalogue/withdrawn.html", {"cube": get_object_or_404(every, oid=oid)})


def _of_the_same_time(cube: DataCube) -> QuerySet[DataCube]:
    begin, end = cube.metadata.date_beg, cube.metadata.date_end
    return (
        LISTED_CUBES.filter(
            metadata__date_beg__gte=begin - _LONGEST_CUBE, metadata__date_beg__lte=end, metadata__date_end__gte=begin
        )
        .exclude(observation=cube.observation_id)
        .order_by("-metadata__date_beg", "-metadata__pk")
    )


def _first(request: HttpRequest, cubes: QuerySet[DataCube]) -> tuple[list[DataCube], bool]:
    """Return the cubes that the page shows, and whether there are more."""
    found = list(cubes[: MAX_RELATED + 1])
    if not settings.PREVIEWS_OF_RESTRICTED_CUBES:
        hide_closed_previews(found, download_access_by_cube(request.user, found))
    return found[:MAX_RELATED], len(found) > MAX_RELATED
