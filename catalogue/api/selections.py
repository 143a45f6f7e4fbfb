"""The API of kept selections."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, Throttled, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from catalogue.models import Selection
from catalogue.selections import MAX_CUBES, SelectionRefused, TooManySelections, keep_selection
from common.api.views import BAD_PARAMETERS, BAD_TOKEN, ReadView, RefusalSerializer
from cubefile.identity import MAX_OID_LENGTH


class NewSelectionSerializer(serializers.Serializer):
    """The cubes of a selection."""

    oids = serializers.ListField(
        child=serializers.CharField(max_length=MAX_OID_LENGTH),
        min_length=1,
        max_length=MAX_CUBES,
        help_text="OIDs of the cubes.",
    )


class SelectionSerializer(serializers.ModelSerializer):
    """A kept selection. It never changes."""

    url = serializers.SerializerMethodField(help_text="The selection.")
    n_cubes = serializers.SerializerMethodField(help_text="Number of cubes, with those that were withdrawn since.")
    page_url = serializers.SerializerMethodField(help_text="The page of the selection.")
    data_cubes_url = serializers.SerializerMethodField(help_text="The list of its cubes, without withdrawn ones.")
    script_url = serializers.SerializerMethodField(help_text="A script that downloads its files with curl.")

    class Meta:
        model = Selection
        fields = ["key", "url", "n_cubes", "oids", "kept_at", "page_url", "data_cubes_url", "script_url"]
        read_only_fields = fields

    def get_url(self, selection: Selection) -> str:
        return reverse("selection-detail", args=[selection.key], request=self.context["request"])

    def get_n_cubes(self, selection: Selection) -> int:
        return len(selection.oids)

    def get_page_url(self, selection: Selection) -> str:
        return reverse("selection", args=[selection.key], request=self.context["request"])

    def get_data_cubes_url(self, selection: Selection) -> str:
        return replace_query_param(
            reverse("data-cube-list", request=self.context["request"]), "selection", selection.key
        )

    def get_script_url(self, selection: Selection) -> str:
        return replace_query_param(self.get_data_cubes_url(selection), "format", "sh")


class SelectionListView(APIView):
    """Where selections are kept."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="selections_create",
        request=NewSelectionSerializer,
        examples=[OpenApiExample("A cube", {"oids": ["2019-04-19T17:34:55.50395_6173_0-4"]}, request_only=True)],
        responses={
            201: SelectionSerializer,
            400: OpenApiResponse(
                {"type": "object", "additionalProperties": True}, description="What is wrong; nothing was kept."
            ),
            401: BAD_TOKEN,
            413: OpenApiResponse(RefusalSerializer, description="The body is larger than any request needs."),
            429: OpenApiResponse(RefusalSerializer, description="Your network has kept too many within an hour."),
        },
    )
    def post(self, request: Request) -> Response:
        """Keep a selection of cubes. It gets a permanent address; no account is needed."""
        posted = NewSelectionSerializer(data=request.data)
        posted.is_valid(raise_exception=True)
        try:
            selection = keep_selection(request, posted.validated_data["oids"])
        except TooManySelections as refused:
            raise Throttled(wait=3600, detail=str(refused)) from refused
        except SelectionRefused as refused:
            raise ValidationError({"oids": [str(refused)]}) from refused
        answer: dict[str, Any] = SelectionSerializer(selection, context={"request": request}).data
        return Response(answer, status=status.HTTP_201_CREATED, headers={"Location": answer["url"]})


class SelectionView(ReadView):
    """One selection."""

    serializer_class = SelectionSerializer
    queryset = Selection.objects.all()
    lookup_field = "key"

    @extend_schema(
        operation_id="selections_retrieve",
        parameters=[OpenApiParameter("key", str, OpenApiParameter.PATH, description="The key of the selection.")],
        responses={
            200: SelectionSerializer,
            400: BAD_PARAMETERS,
            401: BAD_TOKEN,
            404: OpenApiResponse(RefusalSerializer, description="The archive has no selection with this key."),
        },
    )
    def get(self, request: Request, key: str) -> Response:
        """Return a kept selection."""
        if not key.isprintable():  # PostgreSQL compares no text with NUL.
            raise NotFound
        return Response(self.get_serializer(self.get_object()).data)
