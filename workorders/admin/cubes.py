"""The admin page of cubes with what can be ordered for them: to be ingested again, and to be sent to the SVO.

Cubes know nothing of orders, so their page is taken over from here.
"""

from collections.abc import Callable
from functools import cache

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from datacubes.admin import DataCubeAdmin
from datacubes.admin_actions import Selection, confirmed
from datacubes.models import DataCube
from datacubes.wakeups import send_wake_up
from svo.admin import svo_state
from svo.configuration import NOT_CONFIGURED, dataset_name, is_configured
from svo.notes import note_change
from svo.tasks import sweep_submissions
from workorders.admin.orders import requeue_paths
from workorders.models import WorkOrder

SHOWN_ORDERS = 10

admin.site.unregister(DataCube)


@admin.register(DataCube)
class OrderableCubeAdmin(DataCubeAdmin):
    """Cubes, with the orders that they came by."""

    actions = [*DataCubeAdmin.actions, "reingest", "force_reingest", "submit_to_svo"]
    fields = readonly_fields = [*DataCubeAdmin.fields, "orders"]

    def get_fields(self, request: HttpRequest, obj: DataCube | None = None) -> list[str | Callable]:
        """Leave out what is told of orders and submissions for those who may not look at these."""
        needed = {"orders": "workorders.view_workorder", svo_state: "svo.view_submission"}
        return [field for field in self.fields if field not in needed or request.user.has_perm(needed[field])]

    def has_reingest_permission(self, request: HttpRequest) -> bool:
        """Who may post an order over HTTP may order a cube again here."""
        return request.user.has_perm("workorders.add_workorder")

    def has_submit_permission(self, request: HttpRequest) -> bool:
        """Who may change submissions may make them."""
        return request.user.has_perm("svo.change_submission")

    @admin.action(description="Re-ingest", permissions=["reingest"])
    @confirmed("These cubes are queued to be ingested again. What has not changed is skipped.")
    def reingest(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Queue the selected cubes."""
        self._requeue(request, selection, force=False)

    @admin.action(description="Force re-ingest", permissions=["reingest"])
    @confirmed("These cubes are queued to be ingested again, and everything is made anew, whether changed or not.")
    def force_reingest(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Queue the selected cubes, to be done as if nothing had been ingested before."""
        self._requeue(request, selection, force=True)

    @admin.action(description="Submit to the SVO", permissions=["submit"])
    @confirmed("These cubes are sent to the SOLARNET Virtual Observatory once more, whatever was sent before.")
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
        with_file = (cubes.exclude(relative_path="") for cubes in selection.chunks())
        number = requeue_paths(
            (list(cubes.values_list("relative_path", flat=True)) for cubes in with_file), force=force
        )
        self.message_user(request, f"{number:,} queued.")
        if number < len(selection):
            self.message_user(
                request,
                f"{len(selection) - number:,} left as they are: another cube has taken the place of their file.",
                messages.WARNING,
            )

    @admin.display(description="orders")
    def orders(self, cube: DataCube) -> str:
        """The latest orders of the cube, with links."""
        rows = (
            (reverse("admin:workorders_workorder_change", args=[order.pk]), order, order.get_status_display())
            for order in WorkOrder.objects.filter(oid=cube.oid).order_by("-id")[:SHOWN_ORDERS]
        )
        return format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}">{}</a>: {}</li>', rows))
