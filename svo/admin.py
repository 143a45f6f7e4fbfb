"""The admin pages of the SVO: pending and failed submissions, and the reports of the synchronisation."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from common.admin.actions import Selection, confirmed
from common.admin.base import ReadOnlyAdmin, beginning
from common.wakeups import send_wake_up
from svo.models import InstrumentInSVO, Submission, Synchronisation
from svo.notes import note_again
from svo.state import submission_of
from svo.tasks import sweep_submissions

SHOWN_FAILURES = 200


def shown_state(oid: str) -> str:
    """Return a cube's state in the SVO as HTML, with a link to its submission."""
    submission = submission_of(oid)
    if submission is None:
        return "Not submitted."
    link = reverse("admin:svo_submission_change", args=[submission.pk])
    error = f": {beginning(submission.error)}" if submission.error else ""
    return format_html('<a href="{}">{}</a>{}', link, submission.get_state_display(), error)


@admin.register(InstrumentInSVO)
class InstrumentInSVOAdmin(admin.ModelAdmin):
    """The dataset of an instrument's cubes, or that they are left out."""

    list_display = ["instrument", "dataset", "is_left_out"]


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """The submission of each cube and its state."""

    list_display = ["oid", "dataset", "action", "state", "attempts", "due_at", "updated_at", "short_error"]
    list_filter = ["state", "action"]
    search_fields = ["oid__startswith"]
    actions = ["submit_again"]
    readonly_fields = ["not_sent"]

    def has_submit_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may send submissions again, which needs the permission to change them."""
        return request.user.has_perm("svo.change_submission")

    @admin.display(description="Error")
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
    """The reports of the synchronisation."""

    list_display = ["started_at", "duration", "added", "updated", "removed", "failed"]
    fields = readonly_fields = (
        "started_at",
        "finished_at",
        "duration",
        "instruments",
        "added",
        "updated",
        "removed",
        "failed",
        "reasons",
    )

    @admin.display(description="Took")
    def duration(self, report: Synchronisation) -> str:
        if report.finished_at is None:
            return "running" if report.is_running else "its process died"
        return str(report.finished_at - report.started_at).split(".")[0]

    @admin.display(description="Reasons")
    def reasons(self, report: Synchronisation) -> str:
        return _list((failure["what"], failure["reason"]) for failure in report.failures[:SHOWN_FAILURES])


def _list(rows: Iterable[tuple[str, str]]) -> str:
    items = format_html_join("", "<li>{}: {}</li>", ((beginning(what), beginning(reason)) for what, reason in rows))
    return format_html("<ul>{}</ul>", items) if items else "–"
