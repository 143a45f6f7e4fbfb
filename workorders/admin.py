"""The admin pages of work orders: what is queued, what was done, and how to have it done again."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from common.admin.actions import Selection, confirmed
from common.admin.base import ReadOnlyAdmin, beginning, status, utc
from common.wakeups import send_wake_up
from datacubes.models import DataCube
from svo.admin import shown_state
from workorders.admin_filters import DayFilter, ErrorKindFilter, InstrumentFilter, StateFilter, WarningsFilter
from workorders.models import WorkOrder
from workorders.queue import cancel, dismiss, requeue
from workorders.state import something_runs
from workorders.tasks import sweep

SHOWN_RUNS = 50
_UNKNOWN_INSTRUMENT = re.compile("INSTRUME is “([^”…]+)”, which is not registered")


def _table(head: Iterable[str], rows: Iterable[tuple[object, ...]]) -> str:
    """Draw a table and escape every value. On a phone its rows become lists, so each value carries its title."""
    titles = list(head)
    cell = '<td data-label="{}">{}</td>'
    cells = ((format_html_join("", cell, zip(titles, row, strict=True)),) for row in rows)
    return format_html(
        "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
        format_html_join("", "<th scope='col'>{}</th>", ((title,) for title in titles)),
        format_html_join("", "<tr>{}</tr>", cells),
    )


def _steps_table(steps: list[dict[str, Any]]) -> str:
    rows = [
        (step["name"], step["outcome"], beginning(step["reason"]), f"{step['seconds'] * 1000:.1f} ms") for step in steps
    ]
    return _table(["Step", "Outcome", "Reason", "Time"], rows)


def shown_status(order: WorkOrder) -> str:
    """Write the status of an order with a colour, and whether its failure was dismissed."""
    label = order.get_status_display()
    return status("dismissed", f"{label}, dismissed") if order.dismissed_at else status(order.status, label)


def requeue_paths(paths: Iterable[list[str]], *, force: bool) -> int:
    """Queue cubes again, some hundreds of paths at a time, wake the workers, and return how many there were."""
    number = 0
    for some in paths:
        requeue(some, {"force": True} if force else None)
        number += len(some)
    # One message is enough: the sweep wakes as many workers as there is work for.
    send_wake_up(sweep)
    return number


@admin.register(WorkOrder)
class WorkOrderAdmin(ReadOnlyAdmin):
    """Orders can be looked at, ingested again and taken out of the queue."""

    list_display = ["id", "state", "relative_path", "error", "oid", "started", "finished", "attempts"]
    list_display_links = ["id", "relative_path"]
    list_filter = [StateFilter, ErrorKindFilter, DayFilter, WarningsFilter, InstrumentFilter]
    list_select_related = ["run"]
    search_fields = ["relative_path__icontains", "oid__icontains"]
    search_help_text = "The number of an order, or any part of a path or an OID."
    ordering = ["-id"]
    sortable_by = ["id"]
    actions = ["reingest", "force_reingest", "cancel_orders", "dismiss"]
    fields = readonly_fields = (
        "state",
        "whole_error",
        "relative_path",
        "cube",
        "request",
        "next_request",
        "created_at",
        "queued_at",
        "started",
        "finished",
        "attempts",
        "lease_expires_at",
        "checksum",
        "steps",
        "svo",
        "warnings",
        "history",
    )

    def get_fields(self, request: HttpRequest, obj: WorkOrder | None = None) -> tuple[str, ...]:
        """Leave out the submission if the user may not see submissions."""
        may_look = request.user.has_perm("svo.view_submission")
        return tuple(field for field in self.readonly_fields if may_look or field != "svo")

    def has_reingest_permission(self, request: HttpRequest) -> bool:
        """Accounts that may post orders over HTTP may re-ingest here."""
        return request.user.has_perm("workorders.add_workorder")

    @confirmed(
        "Re-ingest",
        "These orders are queued again. What has not changed since the last ingestion is skipped.",
        permission="reingest",
    )
    def reingest(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Queue the selected orders again."""
        self._requeue(request, selection, force=False)

    @confirmed(
        "Force re-ingest",
        "These orders are queued again, and every step runs, whether its source has changed or not.",
        permission="reingest",
    )
    def force_reingest(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Queue the selected orders again with `force`, so that every step runs."""
        self._requeue(request, selection, force=True)

    @confirmed(
        "Cancel",
        "Those of these orders that are queued are taken out of the queue. Access they would have granted is not "
        "granted.",
        permission="reingest",
    )
    def cancel_orders(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Cancel those of the selected orders that are queued."""
        cancelled = sum(cancel(list(orders.values_list("pk", flat=True))) for orders in selection.chunks())
        rest = len(selection) - cancelled
        self.message_user(request, f"{cancelled:,} cancelled.")
        if rest:
            self.message_user(
                request, f"{rest:,} left as they are: only queued orders are cancelled.", messages.WARNING
            )

    @confirmed(
        "Dismiss",
        "Those of these orders that failed no longer count as failures. A new POST or re-ingestion ends this.",
        permission="reingest",
    )
    def dismiss(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Mark the failed ones of the selected orders as seen to."""
        number = sum(dismiss(list(orders.values_list("pk", flat=True))) for orders in selection.chunks())
        self.message_user(request, f"{number:,} dismissed.")

    def fits(self, action: str, obj: WorkOrder) -> bool:
        match action:
            case "cancel_orders":
                return obj.status == WorkOrder.Status.QUEUED
            case "dismiss":
                return obj.status == WorkOrder.Status.FAILED and obj.dismissed_at is None
        return True

    def is_live(self, request: HttpRequest) -> bool:
        return something_runs()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[WorkOrder], search_term: str
    ) -> tuple[QuerySet[WorkOrder], bool]:
        """Find an order by its number, or orders by parts of path or OID."""
        term = search_term.strip().removeprefix("#")
        if term.isascii() and term.isdigit() and int(term) < 2**63:
            return queryset.filter(pk=int(term)) | super().get_search_results(request, queryset, term)[0], False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="Status", ordering="status")
    def state(self, order: WorkOrder) -> str:
        """The status, with a colour, and whether a failure was dismissed."""
        return shown_status(order)

    def _requeue(self, request: HttpRequest, selection: Selection, *, force: bool) -> None:
        paths = (list(orders.values_list("relative_path", flat=True)) for orders in selection.chunks())
        self.message_user(request, f"{requeue_paths(paths, force=force):,} queued.")

    @admin.display(description="Started (UTC)")
    def started(self, order: WorkOrder) -> str:
        """When the last run started."""
        return utc(order.run.started_at if order.run else None)

    @admin.display(description="Finished (UTC)")
    def finished(self, order: WorkOrder) -> str:
        """When the last run ended."""
        return utc(order.run.finished_at if order.run else None)

    @admin.display(description="Error", empty_value="")
    def error(self, order: WorkOrder) -> str:
        """The beginning of the last error."""
        return beginning(order.run.error, 120) if order.run else ""

    @admin.display(description="Error")
    def whole_error(self, order: WorkOrder) -> str:
        """The last error; that of an unknown instrument with a link to add it."""
        error = beginning(order.run.error) if order.run else ""
        unknown = _UNKNOWN_INSTRUMENT.match(error)
        if unknown is None:
            return error or "–"
        address = reverse("admin:datacubes_instrument_add", query={"name": unknown[1]})
        return format_html('{} <a href="{}">Add the instrument {}</a>', error, address, unknown[1])

    @admin.display(description="Cube")
    def cube(self, order: WorkOrder) -> str:
        """The cube that was ingested, with a link to its page."""
        cube = DataCube.objects.filter(oid=order.oid).only("id", "oid").first() if order.oid else None
        if cube is None:
            return order.oid or "–"
        return format_html('<a href="{}">{}</a>', reverse("admin:datacubes_datacube_change", args=[cube.pk]), cube.oid)

    @admin.display(description="CHECKSUM")
    def checksum(self, order: WorkOrder) -> str:
        """CHECKSUM of the file as it was ingested, and whether it agrees with its header."""
        return f"{order.run.checksum} {order.run.checksum_status}" if order.run else "–"

    @admin.display(description="Steps")
    def steps(self, order: WorkOrder) -> str:
        """What the last run did."""
        return _steps_table(order.run.steps) if order.run and order.run.steps else "–"

    @admin.display(description="SVO, now")
    def svo(self, order: WorkOrder) -> str:
        """The present state of the cube's submission to the SVO."""
        return shown_state(order.oid) if order.oid else "–"

    @admin.display(description="Warnings")
    def warnings(self, order: WorkOrder) -> str:
        """The warnings of the last run."""
        if not order.run or not order.run.warnings:
            return "–"
        return format_html(
            "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((beginning(w),) for w in order.run.warnings))
        )

    @admin.display(description="History")
    def history(self, order: WorkOrder) -> str:
        """The latest runs, newest first."""
        rows = [
            (
                run.pk,
                status(run.status, run.get_status_display()),
                utc(run.started_at),
                utc(run.finished_at),
                run.worker,
                ", ".join(f"{step['name']} {step['outcome']}" for step in run.steps),
                beginning(run.error, 500),
            )
            for run in order.runs.all()[:SHOWN_RUNS]
        ]
        return _table(["Run", "Status", "Started (UTC)", "Finished (UTC)", "Worker", "Steps", "Error"], rows)
