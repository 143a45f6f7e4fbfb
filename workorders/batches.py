"""The HTTP API for many cubes in one request."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.views import RefusalSerializer
from common.batches import batches
from common.wakeups import send_wake_up
from workorders.callbacks import with_callback_token
from workorders.models import WorkOrder
from workorders.queue import post_orders
from workorders.serializers import IngestSerializer, WorkOrderSerializer, request_fields
from workorders.tasks import process_next_order
from workorders.views import NO_PERMISSION, NO_TOKEN, ShallowJSONParser, WorkOrderPermissions, check_may_grant

MAX_ORDERS = 1000
ORDERS_AT_ONCE = 100
"""Orders of one transaction."""


class BatchSerializer(serializers.Serializer):
    """Cubes to ingest, each with the fields of a single POST."""

    orders = serializers.ListField(
        child=IngestSerializer(), min_length=1, max_length=MAX_ORDERS, help_text="Each as in a single POST."
    )


class BatchItemSerializer(serializers.Serializer):
    """The answer to one order of a batch."""

    status = serializers.IntegerField(help_text="The HTTP status that a single POST would have: 202, 400, 403 or 503.")
    order = WorkOrderSerializer(required=False, help_text="The order, with status 202.")
    refusal = serializers.DictField(required=False, help_text="What is wrong, as of a single POST, with other status.")


class BatchAnswerSerializer(serializers.Serializer):
    """The answers to a batch, in its order."""

    results = BatchItemSerializer(many=True)


class _Posted(serializers.Serializer):
    """The body of a batch. Its orders are checked one by one, so that a wrong one harms no other."""

    orders = serializers.ListField(min_length=1, max_length=MAX_ORDERS)


class BatchView(generics.GenericAPIView):
    """Accepts many cubes at once from pipelines."""

    queryset = WorkOrder.objects.all()
    serializer_class = BatchSerializer
    permission_classes = [WorkOrderPermissions]
    parser_classes = [ShallowJSONParser]

    @extend_schema(
        operation_id="ingest_batch_create",
        examples=[
            OpenApiExample(
                "Two cubes",
                {
                    "orders": [
                        {"relative_path": "2019-04-19/CRISP/nb_6173_2019-04-19T17:34:39_im.fits"},
                        {"relative_path": "2019-04-19/CRISP/nb_8542_2019-04-19T17:34:39_im.fits"},
                    ]
                },
                request_only=True,
            )
        ],
        responses={
            207: BatchAnswerSerializer,
            400: OpenApiResponse(
                {"type": "object", "additionalProperties": True},
                description="The body is not a batch; nothing was queued.",
            ),
            401: NO_TOKEN,
            403: NO_PERMISSION,
            413: OpenApiResponse(RefusalSerializer, description="The body is larger than any request needs."),
            415: OpenApiResponse(RefusalSerializer, description="The body is not `application/json`."),
        },
    )
    def post(self, request: Request) -> Response:
        """Order the ingestion of up to 1,000 cubes; the answer has an order or an error for each."""
        posted = _Posted(data=request.data)
        posted.is_valid(raise_exception=True)
        results = [_checked(item, request) for item in posted.validated_data["orders"]]
        accepted = [result for result in results if "refusal" not in result]
        answers = WorkOrderSerializer(context=self.get_serializer_context())
        for some in batches(accepted, ORDERS_AT_ONCE):
            for result, order in zip(some, post_orders([result["order"] for result in some]), strict=True):
                result["order"] = answers.to_representation(order)
        if accepted:
            transaction.on_commit(lambda: send_wake_up(process_next_order))
        return Response({"results": results}, status=status.HTTP_207_MULTI_STATUS)


_INGEST = IngestSerializer()
"""Checks one order after the other: making a serializer costs more than the check."""


def _checked(item: Any, request: Request) -> dict[str, Any]:
    """Return the answer to one order: the refusal, or the path and the fields for `post_orders`."""
    try:
        posted = _INGEST.run_validation(item)
        fields = request_fields(posted)
        check_may_grant(request, fields)
        order = (posted["relative_path"], with_callback_token(request, fields))
    except ValidationError as refused:
        sentences = refused.detail if isinstance(refused.detail, dict) else {"detail": refused.detail}
        return {"status": refused.status_code, "refusal": sentences}
    except APIException as refused:
        return {"status": refused.status_code, "refusal": {"detail": refused.detail}}
    return {"status": status.HTTP_202_ACCEPTED, "order": order}
