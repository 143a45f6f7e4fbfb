"""Cubes, observations, instruments and tags as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse
from rest_framework.utils.urls import replace_query_param

from cubefile.dates import seconds_between
from datacubes.companions import companions_of
from datacubes.links import download_path, oid_in_url
from datacubes.models import Companion, DataCube, ImagePreview, Instrument, Observation, Tag, VideoPreview
from datacubes.permissions import Grounds


class TagSerializer(serializers.ModelSerializer):
    """A solar feature or event."""

    class Meta:
        model = Tag
        fields = ["kind", "name"]
        read_only_fields = fields


class SpectralLineSerializer(serializers.Serializer):
    """A spectral line."""

    name = serializers.CharField(help_text="Name for people, such as Ca II 8542.")
    filter = serializers.CharField(help_text="Value of the parameter spectral_line that finds the line's cubes.")
    wavelength = serializers.FloatField(allow_null=True, help_text="Wavelength, nm; null if unknown.")
    n_cubes = serializers.IntegerField(help_text="Number of cubes that the filter finds.")


class InstrumentSerializer(serializers.ModelSerializer):
    """An instrument."""

    class Meta:
        model = Instrument
        fields = ["name", "description"]
        read_only_fields = fields


class ObservationSerializer(serializers.ModelSerializer):
    """A group of cubes with the same POINT_ID or, without POINT_ID, the same DATE-BEG."""

    n_cubes = serializers.IntegerField(read_only=True, help_text="Number of cubes of the observation.")
    data_cubes_url = serializers.SerializerMethodField(help_text="The list of the observation's cubes.")

    class Meta:
        model = Observation
        fields = ["point_id", "kind", "date_beg", "date_end", "n_cubes", "data_cubes_url"]
        read_only_fields = fields

    @extend_schema_field(serializers.URLField)
    def get_data_cubes_url(self, observation: Observation) -> str:
        cubes = reverse("data-cube-list", request=self.context["request"])
        return replace_query_param(cubes, "observation", observation.point_id)


class AccessSerializer(serializers.Serializer):
    """Who may download the file."""

    is_public = serializers.BooleanField(help_text="Whether everybody may download the file today.")
    release_date = serializers.DateField(
        allow_null=True, help_text="Day on which the file becomes public (UTC); null if it has no release date."
    )
    release_comment = serializers.CharField(help_text="Comment on the release; may be empty.")
    may_download = serializers.BooleanField(
        source="allowed", help_text="Whether you may download the file; false if the file is missing."
    )
    grounds = serializers.ChoiceField(
        choices=[grounds.value for grounds in Grounds], help_text="Why you may or may not."
    )


class ImagePreviewSerializer(serializers.ModelSerializer):
    """An image of a cube."""

    url = serializers.FileField(source="file", read_only=True)

    class Meta:
        model = ImagePreview
        fields = ["size_name", "url", "width", "height", "size"]
        read_only_fields = fields


class VideoPreviewSerializer(serializers.ModelSerializer):
    """A movie of a cube."""

    url = serializers.FileField(source="file", read_only=True)
    poster_url = serializers.FileField(source="poster", read_only=True)

    class Meta:
        model = VideoPreview
        fields = ["url", "poster_url", "width", "height", "seconds", "size"]
        read_only_fields = fields


class DataCubeSerializer(serializers.ModelSerializer):
    """A cube in a list."""

    url = serializers.SerializerMethodField(help_text="All information about the cube.")
    instrument = serializers.CharField(source="instrument.name", read_only=True)
    observation = serializers.CharField(source="observation.point_id", read_only=True)
    date_beg = serializers.DateTimeField(source="metadata.date_beg", read_only=True)
    date_end = serializers.DateTimeField(source="metadata.date_end", read_only=True)
    wavelength_min = serializers.FloatField(source="metadata.wavelength_min", read_only=True, allow_null=True)
    wavelength_max = serializers.FloatField(source="metadata.wavelength_max", read_only=True, allow_null=True)
    spectral_line = serializers.CharField(source="metadata.spectral_line", read_only=True)
    line = serializers.CharField(
        source="metadata.line",
        read_only=True,
        help_text="Name of the line for people, such as Ca II 8542; empty if none is known.",
    )
    polarimetry = serializers.BooleanField(source="metadata.has_polarimetry", read_only=True)
    n_scans = serializers.IntegerField(source="metadata.n_scans", read_only=True)
    n_wavelengths = serializers.IntegerField(source="metadata.n_wavelengths", read_only=True)
    size_x = serializers.FloatField(source="metadata.size_x", read_only=True, allow_null=True)
    size_y = serializers.FloatField(source="metadata.size_y", read_only=True, allow_null=True)
    pointing_x = serializers.FloatField(source="metadata.pointing_x", read_only=True, allow_null=True)
    pointing_y = serializers.FloatField(source="metadata.pointing_y", read_only=True, allow_null=True)
    rotation = serializers.FloatField(source="metadata.rotation", read_only=True, allow_null=True)
    mu = serializers.FloatField(source="metadata.mu", read_only=True, allow_null=True)
    r0_median = serializers.FloatField(
        source="metadata.r0_median",
        read_only=True,
        allow_null=True,
        help_text="Median of r₀ of all altitudes during the observation, m; null if unknown.",
    )
    duration = serializers.SerializerMethodField()
    cadence = serializers.FloatField(
        source="metadata.cadence",
        read_only=True,
        allow_null=True,
        help_text="Time from scan to scan, s; null if unknown.",
    )
    exposure = serializers.FloatField(
        source="metadata.exposure",
        read_only=True,
        allow_null=True,
        help_text="Exposure time of a frame, s; null if unknown.",
    )
    observer = serializers.CharField(
        source="metadata.observer", read_only=True, help_text="Who observed, as OBSERVER names them; may be empty."
    )
    tags = TagSerializer(many=True, read_only=True)
    access = serializers.SerializerMethodField()  # From `download_access_by_cube`, in the context.
    download_url = serializers.SerializerMethodField()
    images = ImagePreviewSerializer(source="image_previews", many=True, read_only=True)

    class Meta:
        model = DataCube
        fields = [
            "oid",
            "url",
            "instrument",
            "observation",
            "date_beg",
            "date_end",
            "wavelength_min",
            "wavelength_max",
            "spectral_line",
            "line",
            "polarimetry",
            "n_scans",
            "n_wavelengths",
            "size_x",
            "size_y",
            "pointing_x",
            "pointing_y",
            "rotation",
            "mu",
            "r0_median",
            "duration",
            "cadence",
            "exposure",
            "observer",
            "tags",
            "filename",
            "size",
            "access",
            "download_url",
            "images",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.URLField)
    def get_url(self, cube: DataCube) -> str:
        return f"{reverse('data-cube-list', request=self.context['request'])}{oid_in_url(cube.oid)}/"

    @extend_schema_field(serializers.FloatField(help_text="Time from begin to end, s."))
    def get_duration(self, cube: DataCube) -> float:
        return seconds_between(cube.metadata.date_beg, cube.metadata.date_end)

    @extend_schema_field(AccessSerializer)
    def get_access(self, cube: DataCube) -> dict[str, Any]:
        access = AccessSerializer(self.context["access"][cube.pk]).data
        return access | {"may_download": access["may_download"] and cube.missing_since is None}

    @extend_schema_field(
        serializers.URLField(allow_null=True, help_text="The file; null if it is missing from the archive.")
    )
    def get_download_url(self, cube: DataCube) -> str | None:
        return None if cube.missing_since else self.context["request"].build_absolute_uri(download_path(cube))


class CompanionSerializer(serializers.ModelSerializer):
    """A file with the data of a cube in another form. The access rules of the cube apply to it."""

    download_url = serializers.SerializerMethodField()

    class Meta:
        model = Companion
        fields = ["kind", "filename", "size", "download_url"]
        read_only_fields = fields

    @extend_schema_field(serializers.URLField(allow_null=True, help_text="The file; null if it is missing."))
    def get_download_url(self, companion: Companion) -> str | None:
        return None if companion.missing_since else self.context["request"].build_absolute_uri(download_path(companion))


class DataCubeDetailSerializer(DataCubeSerializer):
    """A cube with all information about it."""

    companions = serializers.SerializerMethodField()
    header_url = serializers.SerializerMethodField(help_text="The cube's header, as text.")
    movie = VideoPreviewSerializer(source="video_preview", default=None, read_only=True, allow_null=True)
    plots = serializers.SerializerMethodField()
    keywords = serializers.DictField(
        source="metadata.keywords",
        read_only=True,
        help_text=(
            "Every keyword of the cube's header with its value: text, number, true or false. An undefined value and "
            "NaN are null. A repeated keyword has a list of values."
        ),
    )

    class Meta(DataCubeSerializer.Meta):
        fields = [
            *DataCubeSerializer.Meta.fields,
            "companions",
            "movie",
            "plots",
            "keywords",
            "header_url",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    @extend_schema_field(CompanionSerializer(many=True))
    def get_companions(self, cube: DataCube) -> list[dict[str, Any]]:
        return list(CompanionSerializer(companions_of(cube), many=True, context=self.context).data)

    @extend_schema_field(serializers.URLField)
    def get_header_url(self, cube: DataCube) -> str:
        return f"{self.get_url(cube)}header/"

    @extend_schema_field(
        {
            "type": "object",
            "required": ["seeing", "line_profile"],
            "properties": {
                "seeing": {"nullable": True, "description": "r₀ over time; null if the cube has none."},
                "line_profile": {
                    "nullable": True,
                    "description": "Median intensity over wavelength; null if the cube has none.",
                },
            },
        }
    )
    def get_plots(self, cube: DataCube) -> dict[str, Any]:
        data = getattr(cube, "plot_data", None)
        return {"seeing": data and data.seeing, "line_profile": data and data.line_profile}


class WithdrawnSerializer(serializers.ModelSerializer):
    """A withdrawn cube."""

    detail = serializers.CharField(
        source="withdrawal_reason", read_only=True, help_text="The reason, as a sentence for people."
    )
    replaced_by = serializers.CharField(
        read_only=True, help_text="OID of the cube that replaced this one; may be empty."
    )
    withdrawn_at = serializers.DateTimeField(read_only=True, help_text="When the cube was withdrawn.")

    class Meta:
        model = DataCube
        fields = ["oid", "detail", "replaced_by", "withdrawn_at"]
        read_only_fields = fields
