"""The admin page of cubes: data, access, orders, and the submission to the SVO."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from catalogue.links import cube_page_path
from common.admin.base import status, utc
from common.sizes import bytes_with_unit
from datacubes.companions import companions_of
from datacubes.models import DataCube, EmailGrant
from keeper.fixity.records import damage_of
from operations.admin import looks
from operations.admin.access import CubeForm
from operations.admin.cube_actions import CubeActions
from operations.admin.cube_parts import (
    AccessRulesInline,
    EmailGrantInline,
    FITSHeaderInline,
    GroupGrantInline,
    MetadataInline,
    ReleaseFilter,
    StateFilter,
)
from svo.admin import shown_state
from workorders.admin import shown_status
from workorders.models import WorkOrder

SHOWN_ORDERS = 10
MOST_GRANTS_TO_EDIT = 200


@admin.register(DataCube)
class DataCubeAdmin(CubeActions):
    """Cubes with their orders and submissions. What comes from their files is read-only; staff set the access."""

    list_display = ["small_picture", "oid", "instrument", "line", "begin", "release", "file_size"]
    list_display_links = ["oid"]
    list_filter = [StateFilter, ReleaseFilter, "instrument", "metadata__has_polarimetry", "tags"]
    sortable_by = ["oid", "begin", "line", "release"]  # Those that have an index.
    search_fields = ["oid__icontains", "filename__icontains", "relative_path__startswith"]
    search_help_text = "Any part of an OID or of a file's name, or the beginning of a path."
    list_select_related = ["instrument", "access", "metadata"]
    form = CubeForm
    fields = (
        "state",
        "svo_state",
        "orders",
        "oid",
        "picture",
        "movie",
        "plots",
        "relative_path",
        "filename",
        "file_size",
        "companions",
        "instrument",
        "observation",
        "tag_names",
        "created_at",
        "updated_at",
    )
    readonly_fields = (*fields, "number_of_grants")
    inlines = [AccessRulesInline, EmailGrantInline, GroupGrantInline, MetadataInline, FITSHeaderInline]

    def get_inlines(self, request: HttpRequest, obj: DataCube | None) -> list[type[InlineModelAdmin]]:
        """Leave out the form of the grants if there are too many for a page or a form."""
        return [inline for inline in self.inlines if inline is not EmailGrantInline or not _has_many_grants(obj)]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Cubes come from the pipeline only."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataCube]:
        """Leave the large columns for the page of one cube.

        Every cube has metadata and access rules. The filters below state it, so that the database can use the indexes
        of these tables when the list is sorted by one of their columns.
        """
        return (
            DataCube.every.order_by(*self.get_ordering(request) or ("-id",))
            .filter(metadata__isnull=False, access__isnull=False)
            .defer("sources", "metadata__keywords")
            .prefetch_related("image_previews")
        )

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> DataCube | None:
        """Lock the cube while its access is changed, as an ingestion does, so that neither undoes the other."""
        cube = super().get_object(request, object_id, from_field)
        if cube is not None and request.method == "POST":
            DataCube.every.select_for_update().get(pk=cube.pk)
        return cube

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the access rules and grants, and grant access to the addresses that were typed."""
        super().save_related(request, form, formsets, change)
        new = form.cleaned_data.get("grant_to", ())
        EmailGrant.objects.bulk_create(
            (EmailGrant(cube=form.instance, email=email) for email in new), ignore_conflicts=True
        )

    def save_model(self, request: HttpRequest, obj: DataCube, form: ModelForm, change: bool) -> None:
        """Do not save the cube itself: all of its fields are read-only."""

    def view_on_site(self, obj: DataCube) -> str:
        """Link to the cube's public page."""
        return cube_page_path(obj.oid)

    @admin.display(description="preview")
    def small_picture(self, cube: DataCube) -> str:
        """The thumbnail."""
        images = (image for image in cube.image_previews.all() if image.size_name == "thumbnail")
        return looks.thumbnail(next(images, None))

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
        return bytes_with_unit(cube.size)

    @admin.display(description="tags")
    def tag_names(self, cube: DataCube) -> str:
        """Features and events."""
        return ", ".join(str(tag) for tag in cube.tags.all()) or "–"

    @admin.display(description="preview")
    def picture(self, cube: DataCube) -> str:
        """The preview."""
        return looks.picture(cube)

    @admin.display(description="movie")
    def movie(self, cube: DataCube) -> str:
        """The movie."""
        return looks.movie(getattr(cube, "video_preview", None))

    @admin.display(description="plots")
    def plots(self, cube: DataCube) -> str:
        """Line profile and seeing."""
        return looks.plots(cube, getattr(cube, "plot_data", None))

    def get_fields(self, request: HttpRequest, obj: DataCube | None = None) -> tuple[str, ...]:
        """Leave out what the user may not see, and what is not to be said of this cube."""
        may, many = request.user.has_perm, _has_many_grants(obj)
        shown = {
            "orders": may("workorders.view_workorder"),
            "svo_state": may("svo.view_submission"),
            "number_of_grants": many,
            "grant_to": self.has_change_permission(request, obj) and may("datacubes.add_emailgrant"),
        }
        return tuple(field for field in (*self.fields, "number_of_grants", "grant_to") if shown.get(field, True))

    @admin.display(description="state")
    def state(self, cube: DataCube) -> str:
        """Whether it is listed, and its file there."""
        if cube.withdrawn_at:
            by = f" Replaced by {cube.replaced_by}." if cube.replaced_by else ""
            label = f"Withdrawn on {cube.withdrawn_at:%Y-%m-%d}."
            return format_html("{} {}", status("withdrawn", label), f"{cube.withdrawal_reason}{by}")
        if cube.missing_since:
            return status("failed", f"File missing since {cube.missing_since:%Y-%m-%d}")
        if damaged_since := damage_of(cube):
            link = reverse("admin:keeper_incident_changelist", query={"q": cube.oid})
            label = status("failed", f"File damaged since {damaged_since:%Y-%m-%d}")
            return format_html('{} <a href="{}">Incidents</a>', label, link)
        return status("completed", "Listed")

    @admin.display(description="grants by e-mail")
    def number_of_grants(self, cube: DataCube) -> str:
        """Return their number, and a link to where they are taken away."""
        link = reverse("admin:datacubes_emailgrant_changelist", query={"cube": cube.pk})
        return format_html('{}: too many to show here. <a href="{}">All of them</a>', cube.email_grants.count(), link)

    @admin.display(description="companions")
    def companions(self, cube: DataCube) -> str:
        """Files with the same data in another form."""
        return (
            ", ".join(
                f"{one.kind}: {one.relative_path}{' (missing)' if one.missing_since else ''}"
                for one in companions_of(cube)
            )
            or "–"
        )

    @admin.display(description="SVO")
    def svo_state(self, cube: DataCube) -> str:
        """The state of its submission to the SVO."""
        return shown_state(cube.oid)

    @admin.display(description="orders")
    def orders(self, cube: DataCube) -> str:
        """The latest orders of the cube, with links."""
        rows = (
            (reverse("admin:workorders_workorder_change", args=[order.pk]), order, shown_status(order))
            for order in WorkOrder.objects.filter(oid=cube.oid).order_by("-id")[:SHOWN_ORDERS]
        )
        return format_html("<ul>{}</ul>", format_html_join("", '<li>{2} <a href="{0}">{1}</a></li>', rows))


def _has_many_grants(cube: DataCube | None) -> bool:
    return cube is not None and cube.email_grants.count() > MOST_GRANTS_TO_EDIT
