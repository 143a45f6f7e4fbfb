"""The HTTP API of the queue."""

import re
from collections.abc import Container, Mapping
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, F
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ErrorDetail, NotFound, ParseError, PermissionDenied, UnsupportedMediaType
from rest_framework.parsers import JSONParser
from rest_framework.permissions import DjangoModelPermissions
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.pagination import KeysetPagination
from common.api.views import BAD_PARAMETERS, ListView, RefusalSerializer
from common.keyset import Ordering
from common.rows import unique_row
from common.wakeups import send_wake_up
from workorders.callbacks import with_callback_token
from workorders.filters import WorkOrderFilter
from workorders.models import GRANTS, WorkOrder
from workorders.queue import post_order
from workorders.serializers import IngestSerializer, WorkOrderSerializer, request_fields
from workorders.tasks import process_next_order
from workorders.waiting import Waited, wait_as_asked

RETRY_AFTER_SECONDS = 1

_NUMBER = re.compile(r"[0-9]{1,18}")
"""The number of an order; the database has no larger ones."""

NOT_INGESTED = OpenApiResponse(
    {
        "oneOf": [
            {"type": "object", "additionalProperties": True},
            {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 1},
        ]
    },
    description="Each wrong field with a sentence; `detail` if the body is not JSON. If the request has waited and the "
    "order failed or was cancelled: a list with the reason.",
)
PREFER = OpenApiParameter(
    "Prefer",
    str,
    OpenApiParameter.HEADER,
    description="`wait=N`: answer when the order has ended, or after N seconds (RFC 7240). `Preference-Applied` gives "
    "the number that was used; without it, the server did not wait.",
)
NO_TOKEN = OpenApiResponse(RefusalSerializer, description="The token is missing or not valid.")
NO_PERMISSION = OpenApiResponse(
    RefusalSerializer,
    description="The account lacks `workorders.view_workorder`, to read, or `workorders.add_workorder`, to post.",
)


class WorkOrderPermissions(DjangoModelPermissions):
    """Reading needs `workorders.view_workorder`, posting `workorders.add_workorder`."""

    perms_map = DjangoModelPermissions.perms_map | {
        method: ["%(app_label)s.view_%(model_name)s"] for method in ("GET", "HEAD")
    }


class OrderPagination(KeysetPagination):
    """Pages of orders; they may be longer than other pages."""

    max_page_size = 500


class ShallowJSONParser(JSONParser):
    """JSON parser that rejects excessive nesting."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Refuse JSON that exceeds Python's recursion limit."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None


def check_may_grant(request: Request, fields: Container[str]) -> None:
    """Refuse fields that grant access, if the account may not grant it."""
    if any(name in fields for name in GRANTS) and not request.user.has_perm("workorders.grant_access"):
        raise PermissionDenied(
            f"Your account may post cubes, but not grant access to them: leave out {' and '.join(sorted(GRANTS))}, "
            "or ask for the permission “Can grant access to cubes by work orders”."
        )


class IngestView(generics.GenericAPIView):
    """Accepts cubes from pipelines."""

    queryset = WorkOrder.objects.all()
    serializer_class = IngestSerializer
    permission_classes = [WorkOrderPermissions]
    parser_classes = [ShallowJSONParser]

    def handle_exception(self, exc: Exception) -> Response:
        """Explain how to post if the body is a form."""
        if isinstance(exc, UnsupportedMediaType):
            exc.detail = ErrorDetail(
                'Send the fields as JSON: the header "Content-Type: application/json", and a body such as '
                '{"relative_path": "2019-04-19/CRISP/cube.fits"}.',
                exc.default_code,
            )
        return super().handle_exception(exc)

    @extend_schema(
        examples=[
            OpenApiExample(
                "A cube", {"relative_path": "2019-04-19/CRISP/nb_6173_2019-04-19T17:34:39_im.fits"}, request_only=True
            )
        ],
        parameters=[PREFER],
        responses={
            201: OpenApiResponse(WorkOrderSerializer, description="The request has waited, and the cube is ingested."),
            202: OpenApiResponse(WorkOrderSerializer, description="The order is accepted; poll its `url`."),
            400: NOT_INGESTED,
            401: NO_TOKEN,
            403: NO_PERMISSION,
            413: OpenApiResponse(RefusalSerializer, description="The body is larger than any request needs."),
            415: OpenApiResponse(RefusalSerializer, description="The body is not `application/json`."),
            503: OpenApiResponse(
                RefusalSerializer,
                description="The storage does not answer; post again after `Retry-After`.",
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Order the ingestion of a cube; poll the order's `url` until its status is completed, failed or cancelled."""
        posted = IngestSerializer(data=request.data, context=self.get_serializer_context())
        posted.is_valid(raise_exception=True)
        fields = request_fields(posted.validated_data)
        check_may_grant(request, fields)
        fields = with_callback_token(request, fields)
        order = post_order(posted.validated_data["relative_path"], fields)
        transaction.on_commit(lambda: send_wake_up(process_next_order))
        waited = wait_as_asked(request, order)
        return _answer(waited, WorkOrderSerializer(waited.order, context=self.get_serializer_context()).data)


class WorkOrderListView(ListView):
    """All orders."""

    serializer_class = WorkOrderSerializer
    permission_classes = [WorkOrderPermissions]
    pagination_class = OrderPagination
    filter_backends = [filters.DjangoFilterBackend]
    filterset_class = WorkOrderFilter
    orderings = {"-id": Ordering(F("pk"), BigIntegerField, F("pk"), "Newest first", descending=True)}
    multiple_parameters = frozenset({"id"})
    queryset = WorkOrder.objects.select_related("run")

    @extend_schema(
        operation_id="work_orders_list",
        responses={200: WorkOrderSerializer(many=True), 400: BAD_PARAMETERS, 401: NO_TOKEN, 403: NO_PERMISSION},
    )
    def get(self, request: Request) -> Response:
        """List orders, newest first."""
        page = self.paginator.rows_of_page(self.filter_queryset(self.get_queryset()), request, self.orderings)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class WorkOrderView(generics.GenericAPIView):
    """One order. Clients poll it."""

    serializer_class = WorkOrderSerializer
    permission_classes = [WorkOrderPermissions]
    queryset = WorkOrder.objects.all()

    @extend_schema(
        operation_id="work_orders_retrieve",
        parameters=[OpenApiParameter("id", int, OpenApiParameter.PATH, description="The number of the order.")],
        responses={
            200: WorkOrderSerializer,
            401: NO_TOKEN,
            403: NO_PERMISSION,
            404: OpenApiResponse(RefusalSerializer, description="The archive has no order with this number."),
        },
    )
    def get(self, request: Request, pk: str) -> Response:
        """Return one order; while it is pending, with `Retry-After`."""
        order = unique_row(WorkOrder, "run", id=int(pk)) if _NUMBER.fullmatch(pk) else None
        if not order:
            raise NotFound
        return Response(self.get_serializer(order).data, headers=_retry(order))


def _answer(waited: Waited, order: Mapping[str, Any]) -> Response:
    """Make the answer to a POST: 202, or once the order has ended, 201 or 400 with the reason alone in a list."""
    headers = {"Location": str(order["url"])} | _retry(waited.order)
    if waited.preference_applied:
        headers["Preference-Applied"] = waited.preference_applied
    if not waited.order.has_ended:
        return Response(order, status=status.HTTP_202_ACCEPTED, headers=headers)
    if waited.order.status == WorkOrder.Status.COMPLETED:
        return Response(order, status=status.HTTP_201_CREATED, headers=headers)
    return Response([order["error"]], status=status.HTTP_400_BAD_REQUEST, headers=headers)


def _retry(order: WorkOrder) -> dict[str, str]:
    return {} if order.has_ended else {"Retry-After": str(RETRY_AFTER_SECONDS)}
