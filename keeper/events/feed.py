"""The Atom feed of new and newly released cubes."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import condition, require_safe

from catalogue.filters import MULTIPLE_FILTERS, TOO_MANY_COMPARED, DataCubeFilter
from catalogue.pages.citations import page_url
from common.api.views import repeated_parameters
from common.bounded_statements import TookTooLong, time_limit
from common.errors import on_one_line
from datacubes.models import DataCube
from keeper.events.kinds import Kind
from keeper.events.models import Event
from keeper.events.numbering import number_events, position

KINDS = {Kind.CUBE_INGESTED: "New", Kind.CUBE_RELEASED: "Now public"}
MAX_ENTRIES = 100
EVENTS_LOOKED_AT = 2000
"""The feed has the cubes of so many latest events; its filters choose among them."""
LONGEST_SECONDS = 5

_CUBES = (
    DataCube.objects.filter(metadata__isnull=False)
    .select_related("instrument", "metadata", "access")
    .defer("sources", "metadata__keywords")
)


@dataclass(frozen=True)
class Entry:
    """A cube that is new or newly released."""

    event: Event
    cube: DataCube


class CubeFeed(Feed):
    """The latest entries of the cubes that the filters of the catalogue select."""

    feed_type = Atom1Feed
    title = "New cubes of the Solar archive"
    subtitle = "Data cubes that are new in the archive, or have become public."

    def get_object(self, request: HttpRequest, filters: DataCubeFilter) -> tuple[str, list[Entry]]:
        """Return the query of the address, and the entries."""
        return request.GET.urlencode(), latest_entries(filters)

    def link(self, found: tuple[str, list[Entry]]) -> str:
        """Return the address of the catalogue with the same filters."""
        return f"{settings.ARCHIVE_BASE_URL}{reverse('catalogue')}{found[0] and f'?{found[0]}'}"

    def feed_url(self, found: tuple[str, list[Entry]]) -> str:
        return f"{settings.ARCHIVE_BASE_URL}{reverse('feed')}{found[0] and f'?{found[0]}'}"

    def items(self, found: tuple[str, list[Entry]]) -> list[Entry]:
        return found[1]

    def item_title(self, item: Entry) -> str:
        metadata = item.cube.metadata
        what = (KINDS[Kind(item.event.kind)], item.cube.instrument.name, metadata.line_in_titles)
        return on_one_line(f"{': '.join(what[:2])} {what[2]} {metadata.date_beg:%Y-%m-%d %H:%M:%S} UTC")

    def item_description(self, item: Entry) -> str:
        access = getattr(item.cube, "access", None)
        if access and access.is_public:
            release = "Its file is public."
        elif access and access.release_date:
            release = f"Its file becomes public on {access.release_date}."
        else:
            release = "Its file is restricted."
        return on_one_line(f"OID {item.cube.oid}. {release}")

    def item_link(self, item: Entry) -> str:
        return page_url(item.cube)

    def item_guid(self, item: Entry) -> str:
        return f"{page_url(item.cube)}#{item.event.kind}"

    def item_pubdate(self, item: Entry) -> datetime:
        return item.event.occurred_at

    def item_updateddate(self, item: Entry) -> datetime:
        return item.event.occurred_at


def latest_entries(filters: DataCubeFilter) -> list[Entry]:
    """Return the latest entries of the cubes that valid filters select, each kind of a cube once, newest first."""
    events = Event.objects.filter(kind__in=list(KINDS)).exclude(number=None).order_by("-number")
    events = events[:EVENTS_LOOKED_AT]
    latest: dict[tuple[str, str], Event] = {}
    for event in events:
        latest.setdefault((event.oid, event.kind), event)
    with time_limit(LONGEST_SECONDS, DataCube.objects.db):
        cubes = {cube.oid: cube for cube in filters.qs.filter(oid__in={oid for oid, _ in latest})}
    return [Entry(event, cubes[event.oid]) for event in latest.values() if event.oid in cubes][:MAX_ENTRIES]


def _etag(request: HttpRequest) -> str:
    """Return a tag that changes with each event: all that a feed shows of a cube changes with one."""
    number_events()
    return f'"{sha256(f"{position().last} {request.GET.urlencode()}".encode()).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=_etag)
def feed(request: HttpRequest) -> HttpResponseBase:
    """Return the feed; 400 with a sentence if a filter of the address is wrong."""
    filters = DataCubeFilter(request.GET, _CUBES, request=request)
    wrong = sorted(request.GET.keys() - filters.filters.keys())
    repeated = repeated_parameters(request.GET, MULTIPLE_FILTERS)
    if wrong or repeated:
        return _refused(f"Not known, or given several times: {on_one_line(', '.join(wrong + repeated))}.")
    if not filters.is_valid():
        return _refused(" ".join(f"{name}: {' '.join(errors)}" for name, errors in filters.errors.items()))
    try:
        return CubeFeed()(request, filters)
    except TookTooLong:
        return _refused(TOO_MANY_COMPARED)


def _refused(sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=400, content_type="text/plain; charset=utf-8")
