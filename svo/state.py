"""How far the SVO has been told, in a few numbers, for the admin's front page and for monitoring."""

from common.counting import Count, count
from svo.models import Submission, Synchronisation


def count_submissions(state: Submission.State) -> Count:
    """Return how many submissions there are of a state, at a cost that has a bound."""
    return count(Submission.objects.filter(state=state))


def submission_of(oid: str) -> Submission | None:
    """Return a cube's place in the SVO, None if it has none; what is left of it in a former dataset is none."""
    return Submission.objects.filter(oid=oid, action=Submission.Action.SUBMIT).first()


def last_synchronisation() -> Synchronisation | None:
    """Return the report of the last synchronisation that has ended, without its failures; None if there was none."""
    ended = Synchronisation.objects.filter(finished_at__isnull=False)
    return ended.defer("failures").order_by("-id").first()
