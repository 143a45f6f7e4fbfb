"""Summarises the state of submissions and synchronisations, for the admin's front page and for monitoring."""

from django.utils import timezone

from common.counting import Count, count
from svo.models import Submission, Synchronisation


def count_submissions(state: Submission.State) -> Count:
    """Return the number of submissions in a state, counted at a bounded cost."""
    return count(Submission.objects.filter(state=state))


def submission_of(oid: str) -> Submission | None:
    """Return a cube's current submission, or None. Removals from former datasets are ignored."""
    return Submission.objects.filter(oid=oid, action=Submission.Action.SUBMIT).first()


def running_synchronisation() -> Synchronisation | None:
    """Return the report of the synchronisation that runs, or None."""
    return Synchronisation.objects.filter(is_running=True, alive_until__gte=timezone.now()).first()


def last_synchronisation() -> Synchronisation | None:
    """Return the report of the last ended synchronisation, without its failures; None if there is none."""
    ended = Synchronisation.objects.filter(finished_at__isnull=False)
    return ended.defer("failures").order_by("-id").first()
