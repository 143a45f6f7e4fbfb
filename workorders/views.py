"""The HTTP API of the queue."""

import re
from collections.abc import Container
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import BigIntegerField, F, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import generics, status
from rest_framework.exceptions import ErrorDetail, ParseError, PermissionDenied, UnsupportedMediaType
from rest_framework.parsers import JSONParser
from rest_framework.permissions import DjangoModelPermissions
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.filter_fields import RepeatedField
from common.api.pagination import KeysetPagination
from common.api.views import BAD_PARAMETERS, ListView, RefusalSerializer
from common.keyset import Ordering
from common.wakeups import send_wake_up
from workorders.models import GRANTS, WorkOrder
from workorders.queue import post_order
from workorders.serializers import IngestSerializer, WorkOrderSerializer, request_fields
from workorders.tasks import process_next_order

RETRY_AFTER_SECONDS = 1

WRONG_FIELDS = OpenApiResponse(
    {"type": "object", "additionalProperties": True},
    description="Each wrong field with a sentence; `detail` if the body is not JSON.",
)
NO_TOKEN = OpenApiResponse(RefusalSerializer, description="There is no token, or it is not valid.")
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


class NumbersOfOrdersField(RepeatedField):
    """The numbers of some orders. A request line has room for them."""

    what = "numbers of orders"
    most = 300

    def to_python(self, value: Any) -> list[int]:
        """Return the numbers, and refuse other texts."""
        texts: list[str] = super().to_python(value)
        if not all(re.fullmatch("[0-9]{1,18}", text) for text in texts):
            raise ValidationError("The number of an order has digits only.")
        return [int(text) for text in texts]


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "integer"},
        "maxItems": NumbersOfOrdersField.most,
        "description": "Number of an order; if repeated, any of them. Polls many orders in one request.",
    }
)
class NumbersOfOrdersFilter(filters.Filter):
    """Selects orders by their numbers."""

    field_class = NumbersOfOrdersField

    def filter(self, qs: QuerySet[WorkOrder], value: list[int]) -> QuerySet[WorkOrder]:
        """Select the orders."""
        return qs.filter(pk__in=value) if value else qs


class WorkOrderFilter(filters.FilterSet):
    """Orders by number, by status and by path."""

    id = NumbersOfOrdersFilter()

    class Meta:
        model = WorkOrder
        fields = ["status", "relative_path"]


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
        responses={
            202: WorkOrderSerializer,
            400: WRONG_FIELDS,
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
        order = post_order(posted.validated_data["relative_path"], fields)
        transaction.on_commit(lambda: send_wake_up(process_next_order))
        answer = WorkOrderSerializer(order, context=self.get_serializer_context()).data
        return Response(
            answer, status=status.HTTP_202_ACCEPTED, headers={"Location": str(answer["url"])} | _retry(order)
        )


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
    queryset = WorkOrder.objects.select_related("run")

    @extend_schema(
        operation_id="work_orders_retrieve",
        parameters=[OpenApiParameter("id", int, OpenApiParameter.PATH, description="The number of the order.")],
        responses={
            200: WorkOrderSerializer,
            401: NO_TOKEN,
            403: NO_PERMISSION,
            404: OpenApiResponse(RefusalSerializer, description="There is no such order."),
        },
    )
    def get(self, request: Request, pk: str) -> Response:
        """Return one order; while it is pending, with `Retry-After`."""
        order = self.get_object()
        return Response(self.get_serializer(order).data, headers=_retry(order))


def _retry(order: WorkOrder) -> dict[str, str]:
    return {} if order.has_ended else {"Retry-After": str(RETRY_AFTER_SECONDS)}
