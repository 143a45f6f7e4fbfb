"""The numbers on the admin's front page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import template
from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.access_requests.models import AccessRequest
from accounts.access_requests.state import count_waiting, may_see_requests
from common.counting import Count
from keeper.models import AuditDay, Incident, Walk
from keeper.state import count_gone, count_incidents, last_day_of_audits, last_walk
from operations.charts import bars
from svo.datasets import is_configured
from svo.models import Submission, Synchronisation
from svo.state import count_submissions, last_synchronisation
from workorders.models import HostWithoutStorage, WorkOrder, WorkOrderRun
from workorders.state import (
    commonest_errors,
    count_ended_runs,
    count_orders,
    is_a_worker_at_work,
    oldest_waiting_since,
    seconds_to_finish,
    something_runs,
    throughput,
    workers_at_work,
    workers_seen,
)
from workorders.storage import hosts_without_storage

register = template.Library()

NO_WORKER_AFTER = timedelta(minutes=1)
SHOWN_ERRORS = 5
SHOWN_HOSTS = 20
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
    errors
        The commonest kinds of error of failed orders, each with its number of orders.
    charts
        Completed runs over the last hour and the last day, as pictures.
    seconds_to_finish
        The time until the queue is empty at the present rate; None without a rate.
    workers
        The workers that process orders now.
    workers_seen
        The number of workers that have ended a run within the last hour.
    waits_in_vain
        Whether an order has waited so long, with no worker processing any, that no worker seems to run.
    without_storage
        The machines whose workers do not see the storage.
    """

    orders: list[Number]
    oldest_waiting_since: datetime | None
    done: list[tuple[str, list[Count]]]
    errors: list[Number]
    charts: list[SafeString]
    seconds_to_finish: float | None
    workers: list[str]
    workers_seen: int
    waits_in_vain: bool
    without_storage: list[HostWithoutStorage]


@dataclass(frozen=True)
class SVOState:
    """What was sent to the SVO."""

    is_configured: bool
    submissions: list[Number]
    last_synchronisation: Synchronisation | None


@dataclass(frozen=True)
class KeeperState:
    """What walks and audits have found; `gone` are the files that are not shown as missing yet."""

    numbers: list[Number]
    gone: Count
    last_walk: Walk | None
    last_day: AuditDay | None


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
        errors=[
            Number(kind, Count(number), _list("workorders_workorder", error_kind=kind))
            for kind, number in commonest_errors(SHOWN_ERRORS)
        ],
        charts=[
            bars(throughput(timedelta(hours=1), 60).completed, "Completed each minute of the last hour"),
            bars(throughput(timedelta(days=1), 48).completed, "Completed each half hour of the last day"),
        ],
        seconds_to_finish=seconds_to_finish() if waiting else None,
        workers=workers_at_work(),
        workers_seen=workers_seen(timedelta(hours=1)),
        waits_in_vain=(
            waiting is not None and timezone.now() - waiting > NO_WORKER_AFTER and not is_a_worker_at_work()
        ),
        without_storage=list(hosts_without_storage()[:SHOWN_HOSTS]),
    )


@register.simple_tag
def queue_moves(user: User | AnonymousUser) -> bool:
    """Return whether the front page refreshes itself: orders are started or due, and the user may look at them."""
    return bool(user.has_perm("workorders.view_workorder")) and something_runs()


@register.filter
def duration(seconds: float) -> str:
    """Return a duration for people, in its largest unit."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


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


@register.simple_tag
def keeper_state(user: User | AnonymousUser) -> KeeperState | None:
    """Return what walks and audits have found; None for people who may not see incidents."""
    if not user.has_perm("keeper.view_incident"):
        return None
    return KeeperState(
        numbers=[
            Number("Files missing", count_gone(told=True), _list("keeper_gonefile")),
            Number("Files damaged", count_incidents(), _list("keeper_incident", state__exact=Incident.State.OPEN)),
        ],
        gone=count_gone(told=False),
        last_walk=last_walk(),
        last_day=last_day_of_audits(),
    )


@register.simple_tag
def requests_for_access(user: User | AnonymousUser) -> Number | None:
    """Return how many requests for access wait; None for people who may not see them."""
    if not may_see_requests(user):
        return None
    waiting = AccessRequest.State.WAITING
    return Number(str(waiting.label), count_waiting(), _list("access_requests_accessrequest", state__exact=waiting))


def _list(model: str, **filters: str) -> str:
    return reverse(f"admin:{model}_changelist", query=filters)
