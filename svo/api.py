"""The HTTP API of a cube's state in the SVO."""

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
    """A cube's state in the SVO. The reasons of failures are shown only to staff, in the admin."""

    state = serializers.ChoiceField(
        choices=[*Submission.State.values, NOT_SUBMITTED],
        help_text="Not submitted: no SVO is configured, the instrument is left out, or nothing has been sent yet.",
    )
    dataset = serializers.CharField(allow_null=True, help_text="The SVO's dataset with the cube's record.")
    updated_at = serializers.DateTimeField(allow_null=True, help_text="When the state last changed.")


class CubeInSVOView(ReadView):
    """A cube's state in the SVO."""

    serializer_class = CubeInSVOSerializer

    @extend_schema(
        operation_id="data_cubes_svo_retrieve",
        parameters=[OID_PARAMETER],
        responses={200: CubeInSVOSerializer, 400: BAD_PARAMETERS, 401: BAD_TOKEN, 404: NOT_FOUND},
    )
    def get(self, request: Request, oid: str) -> Response:
        """Return whether the SOLARNET Virtual Observatory has the current version of the cube."""
        get_object_or_404(DataCube.objects.only("pk"), oid=oid)
        place = submission_of(oid) or {"state": NOT_SUBMITTED, "dataset": None, "updated_at": None}
        return Response(self.get_serializer(place).data)
