"""The number of requests that wait, and who may see it."""

from django.contrib.auth.models import AnonymousUser, User

from accounts.access_requests.models import AccessRequest
from common.counting import Count, count

VIEW, DECIDE = "access_requests.view_accessrequest", "access_requests.decide_accessrequest"


def count_waiting() -> Count:
    """Return how many requests wait for a decision."""
    return count(AccessRequest.objects.filter(state=AccessRequest.State.WAITING))


def may_see_requests(user: User | AnonymousUser) -> bool:
    """Return whether somebody may see the requests of all people."""
    return user.has_perm(VIEW) or user.has_perm(DECIDE)
