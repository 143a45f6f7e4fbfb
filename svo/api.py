"""A cube's place in the SVO over HTTP."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.api.views import NOT_FOUND, OID_PARAMETER
from common.api.views import BAD_PARAMETERS, BAD_TOKEN, ReadView
from datacubes.models import DataCube
from svo.models import Submission
from svo.state import submission_of

NOT_SUBMITTED = "not_submitted"


class CubeInSVOSerializer(serializers.Serializer):
    """Whether the SVO has the cube as the archive has it. Why not is for staff, in the admin."""

    state = serializers.ChoiceField(
        choices=[*Submission.State.values, NOT_SUBMITTED],
        help_text="Not submitted: there is no SVO, the instrument is left out of it, or nothing has been sent yet.",
    )
    dataset = serializers.CharField(allow_null=True, help_text="The dataset of the SVO that has its record.")
    updated_at = serializers.DateTimeField(allow_null=True, help_text="Since when it is so.")


class CubeInSVOView(ReadView):
    """A cube's place in the SVO."""

    serializer_class = CubeInSVOSerializer

    @extend_schema(
        operation_id="data_cubes_svo_retrieve",
        parameters=[OID_PARAMETER],
        responses={200: CubeInSVOSerializer, 400: BAD_PARAMETERS, 401: BAD_TOKEN, 404: NOT_FOUND},
    )
    def get(self, request: Request, oid: str) -> Response:
        """Return whether the SOLARNET Virtual Observatory has the cube as it is now."""
        get_object_or_404(DataCube.objects.only("pk"), oid=oid)
        place = submission_of(oid) or {"state": NOT_SUBMITTED, "dataset": None, "updated_at": None}
        return Response(self.get_serializer(place).data)
