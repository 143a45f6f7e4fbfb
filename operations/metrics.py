"""``/metrics`` for Prometheus.

Each scrape queries the database at bounded cost, so any process gives the same answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db.models import Count, ExpressionWrapper, F, Q, Sum
from django.db.models.fields import DurationField
from django.http import HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeHistogramMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access_requests.state import count_waiting
from keeper.state import audited_bytes, count_gone, count_incidents, last_success
from keeper.webhooks import state as webhooks
from svo.models import Submission
from svo.state import count_submissions, last_synchronisation
from workorders.models import WorkOrderRun
from workorders.state import oldest_waiting_since, orders_by_state
from workorders.storage import hosts_without_storage

RUNS_WITHIN = timedelta(hours=1)
MAX_RUNS = 100_000
DURATIONS = (0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)  # Seconds; an unchanged cube takes about 0.02.


@dataclass(frozen=True)
class Description:
    """A metric: its name, what it means, and its labels."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    kind: type[GaugeMetricFamily | GaugeHistogramMetricFamily] = GaugeMetricFamily

    def family(self) -> Any:
        """Return the metric without values."""
        return self.kind(self.name, self.meaning, labels=list(self.labels))


ORDERS = Description(
    "archive_orders",
    "Work orders by status; exact up to 100,000, an estimate beyond. Dismissed failures count apart.",
    ("status",),
)
OLDEST_ORDER = Description(
    "archive_oldest_waiting_order_seconds",
    "Age of the oldest order that a worker could claim now, including those of dead workers; 0 if none waits.",
)
RUNS = Description(
    "archive_runs_of_last_hour_seconds",
    f"Durations of the runs that ended within the last hour, by outcome; the latest {MAX_RUNS:,} of each.",
    ("outcome",),
    GaugeHistogramMetricFamily,
)
SUBMISSIONS = Description(
    "archive_svo_submissions",
    "Changes that were not sent to the SVO yet, by state; exact up to 100,000, an estimate beyond.",
    ("state",),
)
SYNCHRONISATION = Description(
    "archive_svo_last_synchronisation_timestamp_seconds", "When the last synchronisation with the SVO ended."
)
REQUESTS = Description("archive_access_requests_waiting", "Requests for access that wait for a decision.")
GONE = Description(
    "archive_files_gone",
    "Files of cubes that are not there: `missing` are shown so, `noticed` are not gone for long enough.",
    ("state",),
)
INCIDENTS = Description("archive_fixity_incidents", "Files that audits found damaged, and that nobody has accepted.")
WALK = Description(
    "archive_last_walk_timestamp_seconds", "When the last walk through the storage ended without an error."
)
AUDITED = Description("archive_audited_bytes", "Bytes that audits have read, by all days.")
HOSTS = Description("archive_hosts_without_storage", "Machines whose workers do not see the storage.")
DELIVERIES = Description(
    "archive_webhook_deliveries_waiting",
    "Messages to webhooks and callbacks that were not accepted yet; exact up to 100,000, an estimate beyond.",
)
OLDEST_DELIVERY = Description(
    "archive_oldest_waiting_webhook_delivery_seconds", "Age of the oldest of these messages; 0 if none waits."
)
WEBHOOKS_OFF = Description(
    "archive_webhooks_switched_off", "Webhooks that were switched off because their receivers failed for a day."
)
DESCRIPTIONS = (
    *(ORDERS, OLDEST_ORDER, RUNS, SUBMISSIONS, SYNCHRONISATION, REQUESTS),
    *(GONE, INCIDENTS, WALK, AUDITED, HOSTS),
    *(DELIVERIES, OLDEST_DELIVERY, WEBHOOKS_OFF),
)


class ArchiveCollector(Collector):
    """Queries the database at each scrape."""

    def describe(self) -> list[Metric]:
        """Return the metrics without values, so that registration does not query the database."""
        return [description.family() for description in DESCRIPTIONS]

    def collect(self) -> Iterator[Metric]:
        """Give the metrics of the queue, of its runs, of the SVO, of requests for access and of the keeper."""
        yield _orders()
        yield _oldest_order()
        yield _runs()
        yield _submissions()
        yield _synchronisation()
        yield _requests()
        yield _gone()
        yield _single(INCIDENTS, count_incidents().number)
        yield _single(WALK, ended.timestamp() if (ended := last_success()) else None)
        yield _single(AUDITED, audited_bytes())
        yield _single(HOSTS, hosts_without_storage().count())
        yield from _webhooks()


REGISTRY = CollectorRegistry()
REGISTRY.register(ArchiveCollector())


class IsStaffOrAllowedAddress(BasePermission):
    """Staff, or a client whose address is in one of the networks of METRICS_ALLOWED_ADDRESSES.

    Only the address of the connection counts, because a client can write anything into X-Forwarded-For.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether this request may see the metrics."""
        return request.user.is_staff or _is_allowed(request.META.get("REMOTE_ADDR", ""))


class MetricsView(APIView):
    """The metrics in the text format that the client asks for."""

    permission_classes = [IsStaffOrAllowedAddress]
    schema = None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Accept any header Accept; `choose_encoder` interprets it."""
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request) -> HttpResponse:
        """Return all metrics."""
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return HttpResponse(encode(REGISTRY), content_type=content_type, headers={"Cache-Control": "no-store"})


def _is_allowed(address: str) -> bool:
    try:
        client = ip_address(address)
    except ValueError:  # Over a socket file there is no address.
        return False
    # A server that listens on IPv6 sees IPv4 clients as ::ffff:10.0.0.1.
    client = getattr(client, "ipv4_mapped", None) or client
    return any(client in network for network in settings.METRICS_ALLOWED_ADDRESSES)


def _orders() -> Metric:
    orders = ORDERS.family()
    for status, number in orders_by_state().items():
        orders.add_metric([status], number.number)
    return orders


def _oldest_order() -> Metric:
    since, oldest = oldest_waiting_since(), OLDEST_ORDER.family()
    oldest.add_metric([], (timezone.now() - since).total_seconds() if since else 0)
    return oldest


def _runs() -> Metric:
    runs = RUNS.family()
    for outcome in WorkOrderRun.Status:
        if outcome != WorkOrderRun.Status.STARTED:
            runs.add_metric([outcome], *_durations(outcome))
    return runs


def _durations(outcome: WorkOrderRun.Status) -> tuple[list[tuple[str, float]], float]:
    """Return the cumulative number of runs for each limit of seconds, and the sum of all durations."""
    ended = WorkOrderRun.objects.filter(status=outcome, finished_at__gte=timezone.now() - RUNS_WITHIN)
    duration = ExpressionWrapper(F("finished_at") - F("started_at"), output_field=DurationField())
    latest = ended.order_by("-finished_at").annotate(duration=duration).values("duration")[:MAX_RUNS]
    buckets = {
        f"bucket_{index}": Count("duration", filter=Q(duration__lte=timedelta(seconds=seconds)))
        for index, seconds in enumerate(DURATIONS)
    }
    found = latest.aggregate(**buckets, all=Count("duration"), total=Sum("duration"))
    counts = [(str(float(seconds)), found[f"bucket_{index}"]) for index, seconds in enumerate(DURATIONS)]
    return [*counts, ("+Inf", found["all"])], (found["total"] or timedelta()).total_seconds()


def _submissions() -> Metric:
    submissions = SUBMISSIONS.family()
    for state in (Submission.State.PENDING, Submission.State.FAILED):
        submissions.add_metric([state], count_submissions(state).number)
    return submissions


def _synchronisation() -> Metric:
    last = last_synchronisation()
    ended = SYNCHRONISATION.family()
    if last is not None and last.finished_at is not None:
        ended.add_metric([], last.finished_at.timestamp())
    return ended


def _requests() -> Metric:
    requests = REQUESTS.family()
    requests.add_metric([], count_waiting().number)
    return requests


def _gone() -> Metric:
    gone = GONE.family()
    gone.add_metric(["missing"], count_gone(told=True).number)
    gone.add_metric(["noticed"], count_gone(told=False).number)
    return gone


def _single(description: Description, value: float | None) -> Metric:
    """Return a metric without labels; without a value for None."""
    family = description.family()
    if value is not None:
        family.add_metric([], value)
    return family


def _webhooks() -> Iterator[Metric]:
    since = webhooks.oldest_waiting_since()
    for description, value in (
        (DELIVERIES, webhooks.count_waiting().number),
        (OLDEST_DELIVERY, (timezone.now() - since).total_seconds() if since else 0),
        (WEBHOOKS_OFF, webhooks.count_switched_off()),
    ):
        yield _single(description, value)
