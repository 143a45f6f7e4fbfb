"""``/api/v1/``: what the API has."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

_LISTS = {
    "data_cubes": "data-cube-list",
    "observations": "observation-list",
    "instruments": "instrument-list",
    "selections": "selection-list",
    "spectral_lines": "spectral-line-list",
    "tags": "tag-list",
    "events": "event-list",
    "work_orders": "work-order-list",
    "ingest": "ingest",
    "schema": "schema",
    "docs": "docs",
}


class APIRootView(APIView):
    """The addresses of the API."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="root",
        responses={200: {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}},
    )
    def get(self, request: Request) -> Response:
        """Return the address of each list, of the description, and of the place to post cubes."""
        return Response({name: reverse(view, request=request) for name, view in _LISTS.items()})
