"""/metrics: what Prometheus is told, and whom it is told to."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts.access_requests.models import AccessRequest
from accounts.tokens import make_token
from svo.models import Submission, Synchronisation
from workorders import queue
from workorders.models import WorkOrder, WorkOrderRun

pytestmark = pytest.mark.django_db


def metrics(client) -> dict[tuple[str, ...], float]:
    """The values by name and labels, as a Prometheus parser reads them."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_orders_are_told_by_status(admin_client):
    for number in range(4):
        queue.post_order(f"{number}.fits", {})
    queue.fail(queue.claim("w"), "broken")
    queue.claim("w")
    told = metrics(admin_client)
    assert [told["archive_orders", status] for status in WorkOrder.Status] == [2, 1, 0, 1, 0]
    queue.dismiss(list(WorkOrder.objects.values_list("pk", flat=True)))
    queue.cancel(list(WorkOrder.objects.values_list("pk", flat=True)))
    told = metrics(admin_client)
    assert [told["archive_orders", status] for status in WorkOrder.Status] == [0, 1, 0, 0, 2]
    assert told["archive_orders", "dismissed"] == 1


def test_the_age_of_the_oldest_order_is_that_of_one_whose_time_has_come(admin_client):
    assert metrics(admin_client)[("archive_oldest_waiting_order_seconds",)] == 0
    order = queue.post_order("a.fits", {})
    WorkOrder.objects.filter(pk=order.pk).update(queued_at=timezone.now() + timedelta(hours=1))
    assert metrics(admin_client)[("archive_oldest_waiting_order_seconds",)] == 0
    WorkOrder.objects.filter(pk=order.pk).update(queued_at=timezone.now() - timedelta(hours=1))
    assert metrics(admin_client)[("archive_oldest_waiting_order_seconds",)] == pytest.approx(3600, abs=60)


def test_an_order_whose_worker_is_gone_waits_since_its_lease_expired(admin_client):
    queue.post_order("a.fits", {})
    order = queue.claim("dead")
    assert metrics(admin_client)[("archive_oldest_waiting_order_seconds",)] == 0
    WorkOrder.objects.filter(pk=order.pk).update(lease_expires_at=timezone.now() - timedelta(hours=1))
    assert metrics(admin_client)[("archive_oldest_waiting_order_seconds",)] == pytest.approx(3600, abs=60)


def test_runs_of_the_last_hour_are_told_with_how_long_they_took(admin_client):
    order = queue.post_order("a.fits", {})
    now = timezone.now()
    for status, seconds, minutes in (
        ("completed", 0.02, 1),
        ("completed", 0.5, 30),
        ("completed", 2000, 59),
        ("completed", 1, 61),
        ("failed", 20, 5),
    ):
        ended = now - timedelta(minutes=minutes)
        started = ended - timedelta(seconds=seconds)
        WorkOrderRun.objects.create(order=order, status=status, started_at=started, finished_at=ended)
    told = metrics(admin_client)
    name = "archive_runs_of_last_hour_seconds"
    up_to = {
        float(key[1]): value for key, value in told.items() if key[0] == f"{name}_bucket" and key[2] == "completed"
    }
    assert [up_to[limit] for limit in (0.03, 0.3, 1, 1000, float("inf"))] == [1, 1, 2, 2, 3]
    assert told[f"{name}_gcount", "completed"] == 3
    assert told[f"{name}_gsum", "completed"] == pytest.approx(2000.52)
    assert told[f"{name}_gcount", "failed"] == 1
    assert told[f"{name}_gcount", "lost"] == 0


def test_what_the_svo_does_not_know_yet_is_told(admin_client):
    for number, state in enumerate(["pending", "pending", "failed", "submitted"]):
        Submission.objects.create(oid=str(number), dataset="CRISP", state=state)
    told = metrics(admin_client)
    assert (told["archive_svo_submissions", "pending"], told["archive_svo_submissions", "failed"]) == (2, 1)
    assert ("archive_svo_last_synchronisation_timestamp_seconds",) not in told
    ended = timezone.now()
    Synchronisation.objects.create(is_running=None, finished_at=ended)
    assert metrics(admin_client)[("archive_svo_last_synchronisation_timestamp_seconds",)] == ended.timestamp()


def test_the_form_of_openmetrics_is_spoken_too(admin_client):
    answer = admin_client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert b"# TYPE archive_runs_of_last_hour_seconds gaugehistogram" in answer.content
    assert answer.content.endswith(b"# EOF\n")


def test_others_are_not_told(client):
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"authorization": "Token wrong"}).status_code == 401
    client.force_login(User.objects.create_user("person"))
    assert client.get("/metrics").status_code == 403


def test_staff_may_ask_with_a_token(client):
    token = make_token(User.objects.create_user("prometheus", is_staff=True), "test")
    assert client.get("/metrics", headers={"authorization": f"Token {token}"}).status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("10.1.2.3", 200),
        ("::ffff:10.1.2.3", 200),
        ("fd00::1", 200),
        ("11.1.2.3", 401),
        ("fe80::1", 401),
        ("", 401),
        ("unix:", 401),
    ],
)
def test_an_address_of_an_allowed_network_may_ask(client, settings, address, status):
    settings.METRICS_ALLOWED_ADDRESSES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == status


def test_what_a_client_says_of_its_address_does_not_count(client, settings):
    settings.METRICS_ALLOWED_ADDRESSES = [ip_network("10.0.0.0/8")]
    headers = {"x-forwarded-for": "10.1.2.3", "x-real-ip": "10.1.2.3", "forwarded": "for=10.1.2.3"}
    assert client.get("/metrics", headers=headers, REMOTE_ADDR="203.0.113.9").status_code == 401


def test_the_waiting_requests_for_access_are_told(admin_client):
    asker = User.objects.create_user("asker")
    for number, state in enumerate(("waiting", "waiting", "approved", "refused", "closed")):
        AccessRequest.objects.create(person=asker, kind="cube", target=str(number), text="x", state=state)
    assert metrics(admin_client)[("archive_access_requests_waiting",)] == 2


@pytest.mark.parametrize("number", [1, 40])
def test_it_costs_the_same_whatever_there_is(admin_client, number, django_assert_num_queries):
    for index in range(number):
        queue.post_order(f"{index}.fits", {})
        queue.claim("w")
    # Session and account; five statuses and the dismissed; two for the oldest order; five outcomes; two states; the
    # last synchronisation; the requests for access; three counts of the keeper, the last walk, the bytes audited;
    # machines without storage; three of webhooks.
    with django_assert_num_queries(28):
        metrics(admin_client)
