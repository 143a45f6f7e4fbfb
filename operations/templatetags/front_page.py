"""The numbers on the admin's front page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import template
from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils import timezone

from common.counting import Count
from svo.datasets import is_configured
from svo.models import Submission, Synchronisation
from svo.state import count_submissions, last_synchronisation
from workorders.models import WorkOrder, WorkOrderRun
from workorders.state import count_ended_runs, count_orders, is_a_worker_at_work, oldest_waiting_since

register = template.Library()

NO_WORKER_AFTER = timedelta(minutes=1)
ENDED = (WorkOrderRun.Status.COMPLETED, WorkOrderRun.Status.FAILED)


@dataclass(frozen=True)
class Number:
    """A number of rows with a link to the list of them."""

    label: str
    count: Count
    link: str


@dataclass(frozen=True)
class QueueState:
    """The queue.

    Attributes
    ----------
    done
        How many runs were completed and failed, within periods that have names.
    waits_in_vain
        Whether an order has waited so long, with no worker processing any, that no worker seems to run.
    """

    orders: list[Number]
    oldest_waiting_since: datetime | None
    done: list[tuple[str, list[Count]]]
    waits_in_vain: bool


@dataclass(frozen=True)
class SVOState:
    """What was sent to the SVO."""

    is_configured: bool
    submissions: list[Number]
    last_synchronisation: Synchronisation | None


@register.simple_tag
def queue_state(user: User | AnonymousUser) -> QueueState | None:
    """Return the state of the queue; None for those who may not look at orders."""
    if not user.has_perm("workorders.view_workorder"):
        return None
    Status = WorkOrder.Status
    waiting = oldest_waiting_since()
    return QueueState(
        orders=[
            Number(str(status.label), count_orders(status), _list("workorders_workorder", status__exact=status))
            for status in (Status.QUEUED, Status.STARTED, Status.FAILED)
        ],
        oldest_waiting_since=waiting,
        done=[
            (period, [count_ended_runs(status, within) for status in ENDED])
            for period, within in (("hour", timedelta(hours=1)), ("day", timedelta(days=1)))
        ],
        waits_in_vain=(
            waiting is not None and timezone.now() - waiting > NO_WORKER_AFTER and not is_a_worker_at_work()
        ),
    )


@register.simple_tag
def svo_state(user: User | AnonymousUser) -> SVOState | None:
    """Return what was sent to the SVO; None for people who may not see submissions."""
    if not user.has_perm("svo.view_submission"):
        return None
    State = Submission.State
    return SVOState(
        is_configured=is_configured(),
        submissions=[
            Number(str(state.label), count_submissions(state), _list("svo_submission", state__exact=state))
            for state in (State.PENDING, State.FAILED)
        ],
        last_synchronisation=last_synchronisation(),
    )


def _list(model: str, **filters: str) -> str:
    return reverse(f"admin:{model}_changelist", query=filters)
