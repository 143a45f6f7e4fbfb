"""The admin pages of the SVO: pending and failed submissions, and the reports of the synchronisation."""

import time
from collections.abc import Iterable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from common.admin.actions import Selection, confirmed
from common.admin.base import FastListAdmin, ReadOnlyAdmin, beginning, status, utc
from common.wakeups import send_wake_up
from svo.datasets import NOT_CONFIGURED, is_configured
from svo.models import InstrumentInSVO, Submission, Synchronisation
from svo.notes import note_again
from svo.state import running_synchronisation, submission_of
from svo.tasks import sweep_submissions, synchronise_with_svo

SHOWN_FAILURES = 200
STARTS_WITHIN_SECONDS = 60
_ASKED_AT = "asked_for_synchronisation_at"


def shown_state(oid: str) -> str:
    """Return a cube's state in the SVO as HTML, with a link to its submission."""
    submission = submission_of(oid)
    if not submission:
        return "Not submitted."
    link = reverse("admin:svo_submission_change", args=[submission.pk])
    return format_html('{} <a href="{}">Submission</a>', _state(submission), link)


def _state(submission: Submission) -> str:
    return status(submission.state, submission.get_state_display(), beginning(submission.error))


@admin.register(InstrumentInSVO)
class InstrumentInSVOAdmin(FastListAdmin):
    """The dataset of an instrument's cubes, or that they are left out."""

    list_display = ["instrument", "dataset", "is_left_out"]


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """The submission of each cube and its state."""

    list_display = ["oid", "shown_state", "dataset", "action", "attempts", "due", "updated", "short_error"]
    list_filter = ["state", "action"]
    search_fields = ["oid__startswith"]
    actions = ["submit_again"]
    fields = readonly_fields = (
        "state_and_error",
        "oid",
        "dataset",
        "action",
        "attempts",
        "due",
        "updated",
        "not_sent",
    )

    def has_submit_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may send submissions again, which needs the permission to change them."""
        return request.user.has_perm("svo.change_submission")

    def is_live(self, request: HttpRequest) -> bool:
        return is_configured() and Submission.objects.filter(state=Submission.State.PENDING).exists()

    @admin.display(description="State", ordering="state")
    def shown_state(self, submission: Submission) -> str:
        return status(submission.state, submission.get_state_display())

    @admin.display(description="State")
    def state_and_error(self, submission: Submission) -> str:
        return _state(submission)

    @admin.display(description="Due (UTC)", ordering="due_at")
    def due(self, submission: Submission) -> str:
        return utc(submission.due_at)

    @admin.display(description="Updated (UTC)", ordering="updated_at")
    def updated(self, submission: Submission) -> str:
        return utc(submission.updated_at)

    @admin.display(description="Error", empty_value="")
    def short_error(self, submission: Submission) -> str:
        return beginning(submission.error, 200)

    @admin.display(description="Left out")
    def not_sent(self, submission: Submission) -> str:
        """Return the keywords and tags that the SVO cannot accept, with the reasons."""
        return _list((left_out["what"], left_out["reason"]) for left_out in submission.left_out)

    @confirmed(
        "Submit again",
        "These cubes are sent to the SVO again, even if it already has them.",
        permission="submit",
    )
    def submit_again(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Queue the selected submissions again."""
        for submissions in selection.chunks():
            note_again(submissions)
        # One message is enough for any number: the sweep wakes as many workers as needed.
        send_wake_up(sweep_submissions)
        self.message_user(request, f"{len(selection):,} queued for the SVO.")


@admin.register(Synchronisation)
class SynchronisationAdmin(ReadOnlyAdmin):
    """The reports of the synchronisation, and a way to start one now."""

    change_list_template = "svo/synchronisations.html"
    list_display = ["started", "state", "duration", "added", "updated", "removed", "failed"]
    fields = readonly_fields = (
        "state",
        "reasons",
        "started",
        "finished",
        "duration",
        "instruments",
        "added",
        "updated",
        "removed",
        "failed",
    )

    def get_urls(self) -> list[URLPattern]:
        start = self.admin_site.admin_view(self.start)
        return [path("start/", start, name="svo_synchronisation_start"), *super().get_urls()]

    def has_start_permission(self, request: HttpRequest) -> bool:
        """People who may add synchronisations may start one."""
        return request.user.has_perm("svo.add_synchronisation")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Show the list, with a button to start one."""
        return super().changelist_view(
            request, {**(extra_context or {}), "may_start": self.has_start_permission(request)}
        )

    def is_live(self, request: HttpRequest) -> bool:
        asked_at: float = request.session.get(_ASKED_AT, 0)
        return time.time() - asked_at < STARTS_WITHIN_SECONDS or bool(running_synchronisation())

    def start(self, request: HttpRequest) -> HttpResponse:
        """Ask whether to start a synchronisation; start it once that is confirmed."""
        if not self.has_start_permission(request):
            raise PermissionDenied("Starting a synchronisation needs the permission to add one.")
        if request.method != "POST":
            context = {**self.admin_site.each_context(request), "title": "Synchronise now", "opts": self.opts}
            return TemplateResponse(request, "svo/start_synchronisation.html", context)
        if not is_configured():
            self.message_user(request, f"{NOT_CONFIGURED} Nothing was started.", messages.ERROR)
        elif running := running_synchronisation():
            self.message_user(
                request, f"One is running since {running.started_at:%Y-%m-%d %H:%M:%S} UTC.", messages.WARNING
            )
        elif send_wake_up(synchronise_with_svo):
            request.session[_ASKED_AT] = time.time()
            self.message_user(request, "It starts as soon as a worker of the queue svo is free. This list follows it.")
        else:
            self.message_user(
                request, "The broker does not answer, so no worker was asked. Try again later.", messages.ERROR
            )
        return redirect("admin:svo_synchronisation_changelist")

    @admin.display(description="State")
    def state(self, report: Synchronisation) -> str:
        """Whether it runs, and whether something failed."""
        if not report.finished_at:
            return status("started", "Running") if report.is_running else status("failed", "Its process died")
        return status("failed", "Ended with failures") if report.failed else status("completed", "Ended")

    @admin.display(description="Started (UTC)", ordering="started_at")
    def started(self, report: Synchronisation) -> str:
        return utc(report.started_at)

    @admin.display(description="Finished (UTC)")
    def finished(self, report: Synchronisation) -> str:
        return utc(report.finished_at)

    @admin.display(description="Took")
    def duration(self, report: Synchronisation) -> str:
        if not report.finished_at:
            return "–"
        return str(report.finished_at - report.started_at).split(".")[0]

    @admin.display(description="Reasons")
    def reasons(self, report: Synchronisation) -> str:
        return _list((failure["what"], failure["reason"]) for failure in report.failures[:SHOWN_FAILURES])


def _list(rows: Iterable[tuple[str, str]]) -> str:
    items = format_html_join("", "<li>{}: {}</li>", ((beginning(what), beginning(reason)) for what, reason in rows))
    return format_html("<ul>{}</ul>", items) if items else "–"
