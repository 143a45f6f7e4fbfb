"""The JSON of posts and of work orders."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import APIException

from common.errors import PermanentError, TransientError
from common.http.outgoing import MAX_URL_LENGTH, AddressRefused, check_url
from common.paths import confined_path
from cubefile.identity import MAX_OID_LENGTH, check_oid
from cubefile.names import check_name
from datacubes.models.access import MAX_EMAIL_LENGTH
from datacubes.steps.base import Outcome
from workorders.models import WorkOrder


class StrictBooleanField(serializers.BooleanField):
    """A JSON boolean. Refuses texts and numbers, which a BooleanField would convert."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse any other type."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictTextField(serializers.CharField):
    """A JSON string. Refuses numbers, which a CharField would convert."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse any other type."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StorageAway(APIException):
    """The storage does not answer. With 503, clients post again; a 400 would be final."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    wait = 10  # Seconds, which become Retry-After.


class ConfinedPathField(StrictTextField):
    """The path of a file below the science data folder."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Refuse a path that does not lead to a regular file below the science data folder."""
        path = super().to_internal_value(data)
        try:
            confined_path(settings.SCIENCE_DATA_ROOT, path)
        except PermanentError as refused:
            raise serializers.ValidationError(str(refused)) from refused
        except TransientError as error:
            raise StorageAway(str(error)) from error
        return path


class CallbackURLField(StrictTextField):
    """A URL that the end of an order is posted to."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse a URL that nothing may be sent to."""
        url = super().to_internal_value(data)
        try:
            check_url(url)
        except AddressRefused as refused:
            raise serializers.ValidationError(str(refused)) from refused
        return url


class IngestSerializer(serializers.Serializer):
    """The fields of a POST, with the names that existing clients send."""

    relative_path = ConfinedPathField(help_text="Path of the FITS file below the science data folder.")
    oid = StrictTextField(
        required=False,
        allow_null=True,
        max_length=MAX_OID_LENGTH,
        help_text="Overrides the OID that is derived from the header.",
    )
    owner_email_addresses = serializers.ListField(
        child=serializers.EmailField(max_length=MAX_EMAIL_LENGTH),
        required=False,
        allow_null=True,
        max_length=1000,
        help_text="Replaces the cube's grants by e-mail address; left out: they stay as they are.",
    )
    swedish_data = StrictBooleanField(
        required=False,
        allow_null=True,
        help_text="True grants the group “Swedish User” access, false takes it away; left out: it stays as it is.",
    )
    image_preview = ConfinedPathField(
        required=False,
        allow_null=True,
        help_text="Path of an image of the cube below the science data folder.",
    )
    video_preview = ConfinedPathField(
        required=False,
        allow_null=True,
        help_text="Path of a movie of the cube below the science data folder.",
    )
    force = StrictBooleanField(required=False, help_text="Run every step, also for an unchanged cube.")
    callback_url = CallbackURLField(
        required=False,
        allow_null=True,
        max_length=MAX_URL_LENGTH,
        help_text="Where to POST the end of the order, as a signed message (Standard Webhooks).",
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Refuse unknown fields, so that a misspelt one is noticed."""
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({name: ["This field is not known."] for name in unknown})
        return super().to_internal_value(data)

    def validate_relative_path(self, path: str) -> str:
        """Refuse a name that does not end like that of a FITS file."""
        try:
            check_name(path)
        except PermanentError as refused:
            raise serializers.ValidationError(str(refused)) from refused
        return path

    def validate_oid(self, oid: str | None) -> str | None:
        """Refuse a text that cannot be an OID."""
        if oid is not None:
            try:
                check_oid(oid)
            except PermanentError as refused:
                raise serializers.ValidationError(str(refused)) from refused
        return oid


def request_fields(posted: dict[str, Any]) -> dict[str, Any]:
    """Return the validated fields of a POST besides the path. A field that is null counts as omitted."""
    return {name: value for name, value in posted.items() if name != "relative_path" and value is not None}


class StepSerializer(serializers.Serializer):
    """One step of an ingestion."""

    name = serializers.CharField()
    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in Outcome])
    reason = serializers.CharField(allow_blank=True)
    seconds = serializers.FloatField()


class WorkOrderSerializer(serializers.Serializer):
    """An order with its current run, or its latest one."""

    id = serializers.IntegerField(read_only=True)
    url = serializers.HyperlinkedIdentityField(view_name="work-order-detail")
    relative_path = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(WorkOrder.Status.choices, read_only=True)
    force = serializers.SerializerMethodField()
    oid = serializers.CharField(read_only=True, help_text="Empty until a cube was ingested.")
    created_at = serializers.DateTimeField(read_only=True)
    queued_at = serializers.DateTimeField(read_only=True)
    started_at = serializers.DateTimeField(source="run.started_at", default=None, read_only=True)
    finished_at = serializers.DateTimeField(source="run.finished_at", default=None, read_only=True)
    attempts = serializers.IntegerField(read_only=True)
    checksum = serializers.CharField(source="run.checksum", default="", read_only=True)
    checksum_status = serializers.CharField(source="run.checksum_status", default="", read_only=True)
    steps = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()
    error = serializers.CharField(source="run.error", default="", read_only=True)

    def get_force(self, order: WorkOrder) -> bool:
        """Whether every step runs, also for an unchanged cube."""
        return bool(order.request.get("force", False))

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, order: WorkOrder) -> list[dict[str, Any]]:
        """The steps of the run."""
        return order.run.steps if order.run else []

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_warnings(self, order: WorkOrder) -> list[str]:
        """Sentences about faults that did not refuse the file."""
        return order.run.warnings if order.run else []
