"""The views of the read API."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.http.response import HttpResponseBase
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.api.pagination import CubePagination
from catalogue.api.serializers import (
    DataCubeDetailSerializer,
    DataCubeSerializer,
    InstrumentSerializer,
    ObservationSerializer,
    SpectralLineSerializer,
    TagSerializer,
    WithdrawnSerializer,
)
from catalogue.exports.formats import EXPORT_FORMATS
from catalogue.exports.response import EXPORT_RENDERERS, export
from catalogue.exports.rows import EXPORTED_CUBES
from catalogue.filters import MULTIPLE_FILTERS, DataCubeFilter
from catalogue.orderings import CUBE_ORDERINGS, OBSERVATION_ORDERINGS
from common.api.negotiation import FITSRenderer, FormatOrAccept, PlainTextRenderer, PreferAnyForm
from common.api.pagination import order_of
from common.api.views import BAD_PARAMETERS, BAD_TOKEN, ListView, ReadView, RefusalSerializer
from datacubes.closed_previews import hide_closed_previews
from datacubes.lines import lines_with_counts
from datacubes.models import DataCube, FITSHeader, Instrument, Metadata, Observation, Tag
from datacubes.permissions import download_access_by_cube

OID_PARAMETER = OpenApiParameter("oid", str, OpenApiParameter.PATH, description="The OID, percent-encoded.")
NOT_FOUND = OpenApiResponse(RefusalSerializer, description="The archive has no cube with this OID.")


class CubeView(ReadView):
    """The base of views of cubes."""

    queryset = (
        DataCube.objects.filter(metadata__isnull=False)
        .select_related("access", "instrument", "metadata", "observation")
        .prefetch_related("image_previews", "tags")
    )

    def serialized(self, cubes: list[DataCube]) -> list[dict[str, Any]]:
        """Return cubes as JSON, with the user's access to each."""
        access = download_access_by_cube(self.request.user, cubes)
        hide_closed_previews(cubes, access)
        context = {**self.get_serializer_context(), "access": access}
        return self.get_serializer(cubes, many=True, context=context).data


class DataCubeListView(CubeView, ListView):
    """All cubes."""

    serializer_class = DataCubeSerializer
    queryset = CubeView.queryset.defer("metadata__keywords", "sources")
    filter_backends = [DjangoFilterBackend]
    filterset_class = DataCubeFilter
    multiple_parameters = MULTIPLE_FILTERS
    pagination_class = CubePagination
    orderings = CUBE_ORDERINGS
    renderer_classes = [JSONRenderer, *EXPORT_RENDERERS]
    content_negotiation_class = FormatOrAccept

    def known_parameters(self) -> set[str]:
        """Add the form of the list. An export is the whole list, without pages."""
        if self.request.accepted_renderer.format in EXPORT_FORMATS:
            return (super().known_parameters() - {"cursor", "page_size"}) | {"format"}
        return super().known_parameters() | {"format"}

    @extend_schema(
        operation_id="data_cubes_list",
        parameters=[
            OpenApiParameter(
                "format",
                str,
                enum=["json", *EXPORT_FORMATS],
                description=(
                    "The form of the list; by default that of the header Accept, or JSON. The other forms have the "
                    "whole list, without pages: tables as CSV, VOTable, FITS or JSON lines; `sh` is a script that "
                    "downloads the files with curl, `urls` a list of their URLs."
                ),
            )
        ],
        responses={
            (200, "application/json"): DataCubeSerializer(many=True),
            **{(200, one.media_type): OpenApiTypes.BINARY for one in EXPORT_FORMATS.values()},
            (400, "application/json"): BAD_PARAMETERS,
            (401, "application/json"): BAD_TOKEN,
            406: OpenApiResponse(RefusalSerializer, description="The list has no form that Accept asks for."),
            (503, "application/json"): OpenApiResponse(
                RefusalSerializer, description="Too many exports at once; see `Retry-After`."
            ),
            **{(status, "text/plain"): OpenApiTypes.STR for status in (400, 401, 503)},
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Find cubes that match all given filters. Restricted cubes are listed too, but their files are not sent."""
        form = EXPORT_FORMATS.get(request.accepted_renderer.format)
        filterset = DataCubeFilter(
            request.query_params, EXPORTED_CUBES if form else self.get_queryset(), request=request
        )
        if not filterset.is_valid():
            raise ValidationError(filterset.errors)
        if form:
            return export(request, filterset, order_of(request.query_params.get("ordering"), self.orderings), form)
        page = self.paginator.rows_of_page(filterset.qs, request, self.orderings, filterset.ways)
        return self.get_paginated_response(self.serialized(page))


class DataCubeView(CubeView):
    """One cube."""

    serializer_class = DataCubeDetailSerializer
    queryset = CubeView.queryset.select_related("plot_data", "video_preview").defer("sources")
    lookup_field = "oid"

    @extend_schema(
        operation_id="data_cubes_retrieve",
        parameters=[OID_PARAMETER],
        responses={
            200: DataCubeDetailSerializer,
            400: BAD_PARAMETERS,
            401: BAD_TOKEN,
            404: NOT_FOUND,
            410: OpenApiResponse(WithdrawnSerializer, description="The cube was withdrawn."),
        },
    )
    def get(self, request: Request, oid: str) -> Response:
        """Return all information about a cube. If it was withdrawn, answer 410 with the reason."""
        try:
            cube = self.get_object()
        except Http404:
            gone = DataCube.every.filter(oid=oid).exclude(withdrawn_at=None).first()
            if gone is None:
                raise
            return Response(WithdrawnSerializer(gone).data, status=410)
        return Response(self.serialized([cube])[0])


class Withdrawn(APIException):
    """The cube was withdrawn."""

    status_code = 410


class HeaderView(ReadView):
    """The header of a cube."""

    queryset = FITSHeader.objects.select_related("cube").defer("cube__sources")
    lookup_field = "cube__oid"
    lookup_url_kwarg = "oid"
    renderer_classes = [PlainTextRenderer, FITSRenderer]
    content_negotiation_class = PreferAnyForm

    @extend_schema(
        operation_id="data_cubes_header_retrieve",
        parameters=[OID_PARAMETER],
        responses={
            (200, "text/plain"): OpenApiTypes.STR,
            (200, "application/fits"): OpenApiTypes.BINARY,
            (400, "text/plain"): OpenApiTypes.STR,
            (401, "text/plain"): OpenApiTypes.STR,
            (404, "text/plain"): OpenApiTypes.STR,
            (410, "text/plain"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request, oid: str) -> Response:
        """Return the header of a cube, as text with one card of 80 characters a line, or as the bytes of the file.

        `astropy.io.fits.Header.fromstring(text, sep="\\n")` reads the text; without `sep` it reads the bytes.
        """
        header = self.get_object()
        if header.cube.withdrawn_at is not None:
            raise Withdrawn(header.cube.withdrawal_reason)
        if request.accepted_renderer.format == FITSRenderer.format:
            return Response(header.text.encode("latin-1"))
        return Response(header.lines() + "\n")


class ObservationListView(ListView):
    """All observations."""

    serializer_class = ObservationSerializer
    orderings = OBSERVATION_ORDERINGS

    def get_queryset(self) -> QuerySet[Observation]:
        """Count only the cubes of the observations on the page."""
        cubes = DataCube.objects.filter(observation=OuterRef("pk")).order_by().values("observation")
        count = Subquery(cubes.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
        return Observation.objects.filter(is_listed=True).annotate(n_cubes=Coalesce(count, 0))

    @extend_schema(
        operation_id="observations_list",
        responses={200: ObservationSerializer(many=True), 400: BAD_PARAMETERS, 401: BAD_TOKEN},
    )
    def get(self, request: Request) -> Response:
        """List observations. An observation has the cubes of one POINT_ID or, without POINT_ID, of one DATE-BEG."""
        page = self.paginator.rows_of_page(self.get_queryset(), request, self.orderings)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class InstrumentListView(ReadView):
    """All instruments."""

    serializer_class = InstrumentSerializer
    queryset = Instrument.objects.all()

    @extend_schema(
        operation_id="instruments_list",
        responses={200: InstrumentSerializer(many=True), 400: BAD_PARAMETERS, 401: BAD_TOKEN},
    )
    def get(self, request: Request) -> Response:
        """List the instruments whose cubes the archive accepts."""
        return Response(self.get_serializer(self.get_queryset(), many=True).data)


class TagListView(ReadView):
    """All tags."""

    serializer_class = TagSerializer
    queryset = Tag.objects.all()

    @extend_schema(
        operation_id="tags_list",
        responses={200: TagSerializer(many=True), 400: BAD_PARAMETERS, 401: BAD_TOKEN},
    )
    def get(self, request: Request) -> Response:
        """List the solar features and events that cubes are tagged with."""
        return Response(self.get_serializer(self.get_queryset(), many=True).data)


class SpectralLineListView(ReadView):
    """All spectral lines."""

    serializer_class = SpectralLineSerializer
    queryset = Metadata.objects.none()

    @extend_schema(
        operation_id="spectral_lines_list",
        responses={200: SpectralLineSerializer(many=True), 400: BAD_PARAMETERS, 401: BAD_TOKEN},
    )
    def get(self, request: Request) -> Response:
        """List the spectral lines of the archive's cubes and of its telescopes by wavelength, with numbers of cubes."""
        return Response(self.get_serializer(lines_with_counts(), many=True).data)
