"""The admin page of cubes: data, access, orders, and the submission to the SVO."""

from functools import cache

from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from catalogue.links import cube_page_path
from common.admin.actions import Selection, confirmed
from common.admin.base import FastListAdmin, utc
from common.sizes import bytes_with_unit
from common.wakeups import send_wake_up
from datacubes.companions import companions_of
from datacubes.models import DataCube
from datacubes.withdrawal import change_all, restore, withdraw
from operations.admin import looks
from operations.admin.access import AccessForm
from operations.admin.cube_parts import (
    AccessRulesInline,
    EmailGrantInline,
    FITSHeaderInline,
    GroupGrantInline,
    MetadataInline,
    ReleaseFilter,
    StateFilter,
    WithdrawalForm,
)
from svo.admin import shown_state
from svo.datasets import NOT_CONFIGURED, dataset_name, is_configured
from svo.notes import note_change
from svo.tasks import sweep_submissions
from workorders.admin import requeue_paths
from workorders.models import WorkOrder

SHOWN_ORDERS = 10
MOST_GRANTS_TO_EDIT = 200


@admin.register(DataCube)
class DataCubeAdmin(FastListAdmin):
    """Cubes with their orders and submissions. What comes from their files is read-only; staff set the access."""

    list_display = ["small_picture", "oid", "instrument", "line", "begin", "release", "file_size"]
    list_display_links = ["oid"]
    list_filter = [StateFilter, ReleaseFilter, "instrument", "metadata__has_polarimetry", "tags"]
    sortable_by = ["oid", "begin", "line", "release"]  # Those that have an index.
    search_fields = ["oid__startswith", "relative_path__startswith"]
    search_help_text = "The beginning of an OID, such as 2019-04-19T17:34, or of a path."
    list_select_related = ["instrument", "access", "metadata"]
    actions = ["edit_access", "reingest", "force_reingest", "submit_to_svo", "withdraw", "restore"]
    fields = (
        "oid",
        "state",
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
        "svo_state",
        "orders",
    )
    readonly_fields = (*fields, "number_of_grants")
    inlines = [AccessRulesInline, EmailGrantInline, GroupGrantInline, MetadataInline, FITSHeaderInline]

    def get_inlines(self, request: HttpRequest, obj: DataCube | None) -> list[type[InlineModelAdmin]]:
        """Leave out the form of the grants if there are too many for a page or a form."""
        return [inline for inline in self.inlines if inline is not EmailGrantInline or not _has_many_grants(obj)]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Cubes come from the pipeline only."""
        return False

    def has_access_permission(self, request: HttpRequest) -> bool:
        """People who may change the access to one cube may change that to many."""
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

    @confirmed(
        "Change access",
        "Release and grants of these cubes are changed; what is left empty stays as it is.",
        permission="access",
        form_class=AccessForm,
    )
    def edit_access(self, request: HttpRequest, selection: Selection, form: AccessForm) -> None:
        """Set the release, and add or remove grants, of the selected cubes."""
        number = sum(form.change.apply(cubes) for cubes in selection.chunks())
        self.message_user(request, f"The access to {number:,} cubes was changed.")

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
        """Leave out what the user may not see, and the number of grants if they can be edited on the page."""
        needed = {"orders": "workorders.view_workorder", "svo_state": "svo.view_submission"}
        may = request.user.has_perm
        fields = self.readonly_fields if _has_many_grants(obj) else self.fields
        return tuple(field for field in fields if field not in needed or may(needed[field]))

    def has_reingest_permission(self, request: HttpRequest) -> bool:
        """Accounts that may post orders over HTTP may re-ingest here."""
        return request.user.has_perm("workorders.add_workorder")

    def has_submit_permission(self, request: HttpRequest) -> bool:
        """People who may change submissions may make them."""
        return request.user.has_perm("svo.change_submission")

    @confirmed(
        "Re-ingest",
        "These cubes are queued to be ingested again. What has not changed is skipped.",
        permission="reingest",
    )
    def reingest(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Queue the selected cubes."""
        self._requeue(request, selection, force=False)

    @confirmed(
        "Force re-ingest",
        "These cubes are queued to be ingested again, and every step runs, whether its source has changed or not.",
        permission="reingest",
    )
    def force_reingest(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Queue the selected cubes with `force`, so that every step runs."""
        self._requeue(request, selection, force=True)

    @confirmed(
        "Submit to the SVO",
        "These cubes are sent to the SOLARNET Virtual Observatory again, even if they have not changed.",
        permission="submit",
    )
    def submit_to_svo(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Note the selected cubes for the SVO."""
        if not is_configured():
            self.message_user(request, f"{NOT_CONFIGURED} Nothing was done.", messages.ERROR)
            return
        dataset_of = cache(dataset_name)
        sent = left_out = 0
        for cubes in selection.chunks():
            with transaction.atomic():
                for cube in cubes.select_related("instrument").only("oid", "instrument"):
                    dataset = dataset_of(cube.instrument)
                    if dataset is None:
                        left_out += 1
                        continue
                    note_change(cube.oid, dataset, send_again=True, wake=False)
                    sent += 1
        send_wake_up(sweep_submissions)
        self.message_user(request, f"{sent:,} queued for the SVO.")
        if left_out:
            self.message_user(request, f"{left_out:,} are of instruments that are left out of it.", messages.WARNING)

    def _requeue(self, request: HttpRequest, selection: Selection, *, force: bool) -> None:
        with_file = (cubes.filter(withdrawn_at=None) for cubes in selection.chunks())
        number = requeue_paths(
            (list(cubes.values_list("relative_path", flat=True)) for cubes in with_file), force=force
        )
        self.message_user(request, f"{number:,} queued.")
        if number < len(selection):
            self.message_user(
                request,
                f"{len(selection) - number:,} left as they are: they are withdrawn.",
                messages.WARNING,
            )

    @confirmed(
        "Withdraw",
        "These cubes leave the lists and the SVO. A page at their address says what they were, and why they are gone.",
        permission="withdraw",
        form_class=WithdrawalForm,
    )
    def withdraw(self, request: HttpRequest, selection: Selection, form: WithdrawalForm) -> None:
        """Withdraw the selected cubes."""
        reason = form.cleaned_data["reason"]
        chunks = (cubes.filter(withdrawn_at=None) for cubes in selection.chunks())
        number = sum(change_all(cubes, lambda cube: withdraw(cube, reason)) for cubes in chunks)
        self.message_user(request, f"{number:,} withdrawn.")

    @confirmed("Restore", "These cubes are listed again, and sent to the SVO.", permission="withdraw")
    def restore(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Restore those of the selected cubes that are withdrawn."""
        chunks = (cubes.exclude(withdrawn_at=None) for cubes in selection.chunks())
        number = sum(change_all(cubes, restore) for cubes in chunks)
        self.message_user(request, f"{number:,} restored.")

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """People who may delete a cube may withdraw it."""
        return request.user.has_perm("datacubes.delete_datacube")

    def fits(self, action: str, obj: DataCube) -> bool:
        is_withdrawn = obj.withdrawn_at is not None
        return is_withdrawn if action == "restore" else not is_withdrawn

    @admin.display(description="state")
    def state(self, cube: DataCube) -> str:
        """Whether it is listed, and its file there."""
        if cube.withdrawn_at is not None:
            by = f" Replaced by {cube.replaced_by}." if cube.replaced_by else ""
            return f"Withdrawn on {cube.withdrawn_at:%Y-%m-%d}. {cube.withdrawal_reason}{by}"
        return f"File missing since {cube.missing_since:%Y-%m-%d}" if cube.missing_since else "Listed"

    @admin.display(description="grants by e-mail")
    def number_of_grants(self, cube: DataCube) -> str:
        """Return their number, and how to change them."""
        return f"{cube.email_grants.count()}: too many to edit here. Change them by the action of the list."

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
            (reverse("admin:workorders_workorder_change", args=[order.pk]), order, order.get_status_display())
            for order in WorkOrder.objects.filter(oid=cube.oid).order_by("-id")[:SHOWN_ORDERS]
        )
        return format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}">{}</a>: {}</li>', rows))


def _has_many_grants(cube: DataCube | None) -> bool:
    return cube is not None and cube.email_grants.count() > MOST_GRANTS_TO_EDIT
