"""The admin pages of cubes and what belongs to them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from datacubes.admin_base import BoundedPaginator, ReadOnlyAdmin, ReadOnlyMixin
from datacubes.models import (
    AccessRules,
    DataCube,
    EmailGrant,
    FITSHeader,
    GroupGrant,
    Instrument,
    Metadata,
    Observation,
    Tag,
)


class AccessRulesInline(admin.StackedInline):
    """When the cube becomes public: staff may change it."""

    model = AccessRules
    can_delete = False
    fields = ["release_date", "release_comment"]


class EmailGrantInline(admin.TabularInline):
    """Grants by e-mail address."""

    model = EmailGrant
    extra = 0


class GroupGrantInline(admin.TabularInline):
    """Grants by group."""

    model = GroupGrant
    extra = 0


class MetadataInline(ReadOnlyMixin, admin.StackedInline):
    """What the header tells."""

    model = Metadata
    can_delete = False
    exclude = ["keywords"]


class FITSHeaderInline(ReadOnlyMixin, admin.StackedInline):
    """The header, card by card."""

    model = FITSHeader
    can_delete = False
    fields = readonly_fields = ["cards"]

    @admin.display(description="Cards")
    def cards(self, header: FITSHeader) -> str:
        """The header for people."""
        return format_html("<pre>{}</pre>", header.lines())


@admin.register(DataCube)
class DataCubeAdmin(admin.ModelAdmin):
    """Cubes: what comes from their files can only be looked at; access is for staff to set."""

    list_display = ["oid", "instrument", "begin", "line", "release", "size", "updated_at"]
    list_filter = ["instrument", "metadata__has_polarimetry", "tags"]
    search_fields = ["oid", "relative_path"]
    list_select_related = ["instrument", "access", "metadata"]
    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    fields = readonly_fields = [
        "oid",
        "relative_path",
        "filename",
        "size",
        "instrument",
        "observation",
        "tag_names",
        "created_at",
        "updated_at",
    ]
    inlines = [AccessRulesInline, EmailGrantInline, GroupGrantInline, MetadataInline, FITSHeaderInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Cubes come from the pipeline only."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataCube]:
        """Leave the large columns for the page of one cube."""
        return super().get_queryset(request).defer("sources", "metadata__keywords")

    @admin.display(ordering="metadata__date_beg", description="begin")
    def begin(self, cube: DataCube) -> object:
        """DATE-BEG."""
        return cube.metadata.date_beg

    @admin.display(ordering="metadata__spectral_line", description="line")
    def line(self, cube: DataCube) -> str:
        """The spectral line."""
        return cube.metadata.spectral_line

    @admin.display(ordering="access__release_date", description="release")
    def release(self, cube: DataCube) -> str:
        """When it becomes public."""
        return str(cube.access)

    @admin.display(description="tags")
    def tag_names(self, cube: DataCube) -> str:
        """Features and events."""
        return ", ".join(str(tag) for tag in cube.tags.all()) or "–"


@admin.register(Observation)
class ObservationAdmin(ReadOnlyAdmin):
    """Observations, which come, follow and go with their cubes."""

    list_display = ["point_id", "kind", "date_beg", "date_end"]
    list_filter = ["kind"]
    search_fields = ["point_id"]


@admin.register(Instrument)
class InstrumentAdmin(admin.ModelAdmin):
    """The instruments whose cubes are taken."""

    list_display = ["name", "description"]


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin):
    """The tags in use; they come from headers, and the vocabularies tell which there can be."""

    list_display = ["name", "kind"]
    list_filter = ["kind"]
