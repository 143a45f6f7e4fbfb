"""The admin's front page: the state of the queue and of the SVO."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from accounts.access_requests.models import AccessRequest
from svo.models import Submission, Synchronisation
from workorders import queue
from workorders.models import WorkOrder, WorkOrderRun

pytestmark = pytest.mark.django_db


def front_page(client) -> str:
    """The front page without spaces that do not show."""
    return " ".join(client.get("/admin/").content.decode().split())


def ended_run(status: str, ago: timedelta) -> None:
    order = queue.post_order("ended.fits", {})
    ended = timezone.now() - ago
    WorkOrderRun.objects.create(order=order, status=status, started_at=ended, finished_at=ended)
    queue.cancel([order.pk])


def test_it_tells_how_many_orders_are_queued_started_and_failed(admin_client):
    for number in range(6):
        queue.post_order(f"{number}.fits", {})
    queue.fail(queue.claim("w"), "broken")
    queue.fail(queue.claim("w"), "broken")
    queue.claim("w")
    page = front_page(admin_client)
    for label, number in (("Queued", 3), ("Started", 1), ("Failed", 2)):
        link = f"/admin/workorders/workorder/?status__exact={label.lower()}"
        assert f'<dt><a href="{link}">{label}</a></dt><dd>{number}</dd>' in page
        assert admin_client.get(link).context["cl"].result_count == number


def test_it_tells_since_when_the_oldest_waits(admin_client):
    assert "No order waits." in front_page(admin_client)
    now = timezone.now()
    for minutes in (5, 90, -60):  # The last is to be tried again in an hour.
        order = queue.post_order(f"{minutes}.fits", {})
        WorkOrder.objects.filter(pk=order.pk).update(queued_at=now - timedelta(minutes=minutes))
    page = front_page(admin_client)
    assert "The oldest waits for 1 hour, 30 minutes" in page
    assert f"since {now - timedelta(minutes=90):%Y-%m-%d %H:%M:%S} UTC" in page


def test_it_tells_how_many_workers_ended_runs_lately(admin_client):
    assert "within the last hour." not in front_page(admin_client)
    for worker, minutes in (("a:1", 5), ("a:1", 9), ("b:2", 59), ("c:3", 61)):
        ended_run("completed", timedelta(minutes=minutes))
        WorkOrderRun.objects.filter(worker="").exclude(status="cancelled").update(worker=worker)
    assert "2 worker processes ended runs within the last hour." in front_page(admin_client)


def test_it_asks_for_the_workers_if_an_order_waits_in_vain(admin_client):
    order = queue.post_order("a.fits", {})
    assert "Are the workers running?" not in front_page(admin_client)
    WorkOrder.objects.filter(pk=order.pk).update(queued_at=timezone.now() - timedelta(minutes=2))
    assert "Are the workers running?" in front_page(admin_client)
    queue.claim("w")
    assert "Are the workers running?" not in front_page(admin_client)


def test_it_asks_for_the_workers_if_those_that_were_at_orders_are_gone(admin_client):
    dead, alive = queue.post_order("a.fits", {}), queue.post_order("b.fits", {})
    for _ in (dead, alive):
        queue.claim("w")
    two_minutes_ago = timezone.now() - timedelta(minutes=2)
    WorkOrder.objects.filter(pk=dead.pk).update(lease_expires_at=two_minutes_ago)
    page = front_page(admin_client)
    assert f"The oldest waits for 2 minutes, since {two_minutes_ago:%Y-%m-%d %H:%M:%S} UTC" in page
    assert "Are the workers running?" not in page
    WorkOrder.objects.filter(pk=alive.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert "Are the workers running?" in front_page(admin_client)


def test_it_tells_what_was_done_within_hour_and_day(admin_client):
    for status, ago in (
        ("completed", timedelta(minutes=1)),
        ("completed", timedelta(minutes=59)),
        ("completed", timedelta(hours=23)),
        ("completed", timedelta(hours=25)),
        ("failed", timedelta(hours=2)),
    ):
        ended_run(status, ago)
    page = front_page(admin_client)
    assert '<th scope="row">hour</th><td>2</td><td>0</td>' in page
    assert '<th scope="row">day</th><td>3</td><td>1</td>' in page


def test_it_tells_how_far_the_svo_is(admin_client):
    page = front_page(admin_client)
    assert "No SVO is configured: nothing is sent." in page
    assert "Never synchronised." in page
    for number, state in enumerate(["pending", "pending", "failed", "submitted"]):
        Submission.objects.create(oid=str(number), dataset="CRISP", state=state)
    Synchronisation.objects.create(
        is_running=None,
        started_at=timezone.now() - timedelta(days=2),
        finished_at=timezone.now() - timedelta(days=2),
        added=7,
        removed=1,
    )
    page = front_page(admin_client)
    for label, number in (("Pending", 2), ("Failed", 1)):
        link = f"/admin/svo/submission/?state__exact={label.lower()}"
        assert f'<dt><a href="{link}">{label}</a></dt><dd>{number}</dd>' in page
        assert admin_client.get(link).context["cl"].result_count == number
    assert "Last synchronised 2 days ago" in page
    assert "7 added, 0 updated, 1 removed." in page


def test_it_links_to_every_list(admin_client):
    page = front_page(admin_client)
    for name in ("datacubes/datacube", "datacubes/observation", "workorders/workorder", "svo/submission", "auth/user"):
        assert f'href="/admin/{name}/"' in page


def test_staff_see_only_what_they_may_look_at(client):
    viewer = User.objects.create_user("viewer", is_staff=True)
    client.force_login(viewer)
    assert "Queue" not in front_page(client)
    viewer.user_permissions.add(Permission.objects.get(codename="view_submission"))
    page = front_page(client)
    assert "SOLARNET Virtual Observatory" in page
    assert ">Queued<" not in page


@pytest.mark.parametrize("number", [1, 40])
def test_it_costs_the_same_whatever_there_is(admin_client, number, django_assert_num_queries):
    for index in range(number):
        queue.post_order(f"{index}.fits", {})
        queue.claim("w")
        Submission.objects.create(oid=str(index), dataset="CRISP")
    # Session, account; whether something runs, twice; three counts, two for the oldest order, four counts of runs, the
    # kinds of errors, two charts, two for the time to finish, the workers; two counts, the last synchronisation; the
    # requests for access; machines without storage; three counts of the keeper, the last walk and day of audits; the
    # latest actions of the account.
    with django_assert_num_queries(29):
        front_page(admin_client)


def test_it_groups_what_failed_by_kind_of_error(admin_client):
    for number in range(4):
        queue.post_order(f"{number}.fits", {})
        queue.fail(queue.claim("w"), f"INSTRUME is “CAM{number}”, which is not registered. Add it.")
    page = front_page(admin_client)
    assert "4 × <a" in page
    assert "INSTRUME is “…”, which is not registered.</a>" in page
    queue.dismiss(list(WorkOrder.objects.values_list("pk", flat=True)))
    assert "4 × <a" not in front_page(admin_client)


def test_it_draws_what_was_completed_and_says_when_the_queue_is_empty(admin_client):
    ended_run("completed", timedelta(minutes=1))
    ended_run("completed", timedelta(minutes=5))
    for number in range(6):
        queue.post_order(f"{number}.fits", {})
    page = front_page(admin_client)
    assert "Completed each minute of the last hour: 2 in all, at most 1" in page
    assert "At the rate of the last ten minutes the queue is empty in 30 min." in page
    queue.claim("host:1")
    assert "1 worker process at work: host:1." in front_page(admin_client)


def test_it_refreshes_itself_while_something_runs(admin_client):
    assert "hx-get" not in front_page(admin_client)
    queue.post_order("a.fits", {})
    assert 'hx-get="/admin/"' in front_page(admin_client)


@pytest.mark.parametrize("codename", ["view_accessrequest", "decide_accessrequest", "view_submission"])
def test_it_tells_how_many_requests_for_access_wait(client, codename):
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename=codename))
    for number, state in enumerate(("waiting", "waiting", "approved", "refused", "closed")):
        AccessRequest.objects.create(person=staff, kind="cube", target=str(number), text="x", state=state)
    client.force_login(staff)
    link = "/admin/access_requests/accessrequest/?state__exact=waiting"
    shown = f'<dt><a href="{link}">Waiting</a></dt><dd>2</dd>' in front_page(client)
    assert shown is (codename != "view_submission")
    if shown:
        assert client.get(link).context["cl"].result_count == 2
