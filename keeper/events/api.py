"""The list of events in the HTTP API, for mirrors that ask for what is new."""

import re
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.views import BAD_PARAMETERS, BAD_TOKEN, ReadView, RefusalSerializer
from keeper.events.kinds import OF_ORDERS, Kind
from keeper.events.models import Event
from keeper.events.numbering import number_events, position

DEFAULT_LIMIT, MAX_LIMIT = 100, 500
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


class EventsGone(APIException):
    """Events that the request asks for were deleted for their age."""

    status_code = 410


class EventSerializer(serializers.ModelSerializer):
    """An event."""

    id = serializers.IntegerField(source="number", help_text="Number of the event; later events have higher numbers.")
    kind = serializers.ChoiceField(choices=Kind.values, help_text="What happened.")
    oid = serializers.CharField(help_text="OID of the cube; empty if the event is of no cube.")
    url = serializers.CharField(source="cube_url", help_text="The cube in the API; empty without an OID.")
    path = serializers.SerializerMethodField(
        help_text="Path of the file below the science data folder; empty unless you may look at orders."
    )
    message = serializers.SerializerMethodField(help_text="A sentence; empty unless you may look at orders.")

    class Meta:
        model = Event
        fields = ["id", "kind", "oid", "url", "path", "message", "occurred_at"]
        read_only_fields = fields

    def get_path(self, event: Event) -> str:
        return event.path if self.context["sees_orders"] else ""

    def get_message(self, event: Event) -> str:
        return event.message if self.context["sees_orders"] else ""


class EventsSerializer(serializers.Serializer):
    """A page of events."""

    results = EventSerializer(many=True, help_text="The events, oldest first.")
    next_after = serializers.IntegerField(help_text="Value of `after` for the next request. Store it.")
    has_more = serializers.BooleanField(help_text="Whether further events are there now.")
    latest = serializers.IntegerField(help_text="Number of the latest event; 0 before the first event.")


@dataclass(frozen=True)
class _Page:
    results: list[Event]
    next_after: int
    has_more: bool
    latest: int


class EventsView(ReadView):
    """The events after a number, oldest first."""

    serializer_class = EventsSerializer
    queryset = Event.objects.all()

    def known_parameters(self) -> set[str]:
        return {"after", "limit"}

    @extend_schema(
        operation_id="events_list",
        parameters=[
            OpenApiParameter(
                "after",
                {"type": "integer", "minimum": 0},
                description="Return the events after this number. Left out: from the oldest event that is kept.",
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
                description="How many at most.",
            ),
        ],
        responses={
            200: EventsSerializer,
            400: BAD_PARAMETERS,
            401: BAD_TOKEN,
            410: OpenApiResponse(RefusalSerializer, description="Events after this number were deleted for their age."),
        },
    )
    def get(self, request: Request) -> Response:
        """List events in their order. No event is skipped: ask again with `next_after`.

        Failed orders are listed only for accounts that may look at orders (`workorders.view_workorder`).
        """
        after = _whole_number(request, "after", None, 0, 10**18 - 1)
        limit = _whole_number(request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
        sees_orders = request.user.has_perm("workorders.view_workorder")
        page = _events_after(after, limit or DEFAULT_LIMIT, sees_orders=sees_orders)
        return Response(EventsSerializer(page, context={"sees_orders": sees_orders}).data)


def _events_after(after: int | None, limit: int, *, sees_orders: bool) -> _Page:
    """Return a page of events, also of those that no worker has numbered yet.

    Raises
    ------
    EventsGone
        If events after the number were deleted.
    ValidationError
        If there is no event of this number yet.
    """
    while number_events() and position().last < (after or 0) + limit:
        pass
    last = position().last
    events = Event.objects.filter(number__lte=last).order_by("number")
    if not sees_orders:
        events = events.exclude(kind__in=OF_ORDERS)
    found = list(events.filter(number__gt=after or 0)[: limit + 1])
    has_more = len(found) > limit
    # Looked at last, as events may be deleted meanwhile.
    pruned = position().pruned_until
    if after is not None and after < pruned:
        raise EventsGone(
            f"The events up to number {pruned} are no longer kept. Read the whole catalogue, then go on with "
            f"after={last}."
        )
    if after is not None and after > last:
        raise ValidationError(
            {
                "after": [
                    f"There is no event {after} yet; the last one has number {last}. If the archive was restored from "
                    "a backup, read the whole catalogue, then go on with this number."
                ]
            }
        )
    return _Page(found[:limit], (found[limit - 1].number or 0) if has_more else last, has_more, last)


def _whole_number(request: Request, name: str, default: int | None, least: int, most: int) -> int | None:
    text: Any = request.query_params.get(name, "")
    if not text:
        return default
    if not _WHOLE_NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise ValidationError({name: [f"Not a whole number from {least} to {most}."]})
    return int(text)
