"""The admin pages of cubes and what belongs to them."""

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.html import format_html

from datacubes import admin_looks
from datacubes.admin_access import AccessForm
from datacubes.admin_actions import Selection, confirmed
from datacubes.admin_base import FastListAdmin, ReadOnlyAdmin, ReadOnlyMixin, utc
from datacubes.models import (
    AccessRules,
    DataCube,
    EmailGrant,
    FITSHeader,
    GroupGrant,
    ImagePreview,
    Instrument,
    Metadata,
    Observation,
    Tag,
)
from datacubes.pages.links import cube_page_path


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
    classes = ["collapse"]
    can_delete = False
    fields = readonly_fields = ["cards"]

    @admin.display(description="Cards")
    def cards(self, header: FITSHeader) -> str:
        """The header for people."""
        return format_html("<pre>{}</pre>", header.lines())


class ReleaseFilter(admin.SimpleListFilter):
    """Cubes by what their release date says today."""

    title = "release"
    parameter_name = "release"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("public", "Public"), ("later", "Public later"), ("restricted", "Restricted, without a date")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DataCube]) -> QuerySet[DataCube]:
        """Keep those of the choice."""
        today = timezone.now().date()
        match self.value():
            case "public":
                return queryset.filter(access__release_date__lte=today)
            case "later":
                return queryset.filter(access__release_date__gt=today)
            case "restricted":
                return queryset.filter(access__release_date=None)
        return queryset


@admin.register(DataCube)
class DataCubeAdmin(FastListAdmin):
    """Cubes: what comes from their files can only be looked at; access is for staff to set."""

    list_display = ["small_picture", "oid", "instrument", "line", "begin", "release", "file_size"]
    list_display_links = ["oid"]
    list_filter = [ReleaseFilter, "instrument", "metadata__has_polarimetry", "tags"]
    sortable_by = ["oid", "begin", "line", "release"]  # Those that have an index.
    search_fields = ["oid__startswith", "relative_path__startswith"]
    search_help_text = "The beginning of an OID, such as 2019-04-19T17:34, or of a path."
    list_select_related = ["instrument", "access", "metadata"]
    actions = ["edit_access"]
    fields = readonly_fields = [
        "oid",
        "picture",
        "movie",
        "plots",
        "relative_path",
        "filename",
        "file_size",
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

    def has_access_permission(self, request: HttpRequest) -> bool:
        """Who may change the access to one cube may change that to many."""
        return request.user.has_perms(
            f"datacubes.{permission}"
            for permission in (
                "change_accessrules",
                "add_emailgrant",
                "delete_emailgrant",
                "add_groupgrant",
                "delete_groupgrant",
            )
        )

    @admin.action(description="Change access", permissions=["access"])
    @confirmed("Release and grants of these cubes are changed; what is left empty stays as it is.", AccessForm)
    def edit_access(self, request: HttpRequest, selection: Selection, form: AccessForm) -> None:
        """Set the release, and add or remove grants, of the selected cubes."""
        number = sum(form.change.apply(cubes) for cubes in selection.chunks())
        self.message_user(request, f"The access to {number:,} cubes was changed.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataCube]:
        """Leave the large columns for the page of one cube.

        Every cube has metadata and access rules, from the transaction that made it. To say so lets the database begin
        with them, and so with their indexes, when the list is sorted by one of their columns.
        """
        thumbnails = ImagePreview.objects.filter(size_name="thumbnail")
        return (
            super()
            .get_queryset(request)
            .filter(metadata__isnull=False, access__isnull=False)
            .defer("sources", "metadata__keywords")
            .prefetch_related(Prefetch("image_previews", thumbnails, to_attr="thumbnails"))
        )

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> DataCube | None:
        """Lock the cube while its access is changed, as an ingestion does, so that neither undoes the other."""
        cube = super().get_object(request, object_id, from_field)
        if cube is not None and request.method == "POST":
            DataCube.objects.select_for_update().get(pk=cube.pk)
        return cube

    def save_model(self, request: HttpRequest, obj: DataCube, form: ModelForm, change: bool) -> None:
        """Leave the row of the cube itself: nothing of it can be changed here."""

    def view_on_site(self, obj: DataCube) -> str:
        """Link to the cube's public page."""
        return cube_page_path(obj.oid)

    @admin.display(description="preview")
    def small_picture(self, cube: DataCube) -> str:
        """The thumbnail."""
        return admin_looks.thumbnail(next(iter(cube.thumbnails), None))

    @admin.display(ordering="metadata__date_beg", description="begin (UTC)")
    def begin(self, cube: DataCube) -> str:
        """DATE-BEG."""
        return utc(cube.metadata.date_beg)

    @admin.display(ordering="metadata__spectral_line", description="line")
    def line(self, cube: DataCube) -> str:
        """The spectral line."""
        return cube.metadata.spectral_line

    @admin.display(ordering="access__release_date", description="public from")
    def release(self, cube: DataCube) -> str:
        """When it becomes public."""
        day = cube.access.release_date
        return format_html('<span class="moment">{}</span>', day) if day else "restricted"

    @admin.display(description="size")
    def file_size(self, cube: DataCube) -> str:
        """The size of the file."""
        return filesizeformat(cube.size)

    @admin.display(description="tags")
    def tag_names(self, cube: DataCube) -> str:
        """Features and events."""
        return ", ".join(str(tag) for tag in cube.tags.all()) or "–"

    @admin.display(description="preview")
    def picture(self, cube: DataCube) -> str:
        """The preview."""
        return admin_looks.picture(cube)

    @admin.display(description="movie")
    def movie(self, cube: DataCube) -> str:
        """The movie."""
        return admin_looks.movie(getattr(cube, "video_preview", None))

    @admin.display(description="plots")
    def plots(self, cube: DataCube) -> str:
        """Line profile and seeing."""
        return admin_looks.plots(cube, getattr(cube, "plot_data", None))


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
