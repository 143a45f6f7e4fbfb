"""Work orders in the admin."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from svo.models import Submission
from tests.support.admin_actions import act, choose, confirm
from tests.support.html import parse_html
from tests.support.statements import of_limits
from workorders import queue
from workorders.models import WorkOrder
from workorders.worker import carry_out

LIST = "/admin/workorders/workorder/"


@pytest.fixture(autouse=True)
def wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the wake-ups instead of sending them to a broker."""
    sent: list[str] = []
    monkeypatch.setattr("workorders.admin.send_wake_up", lambda task: sent.append(task.name))
    return sent


@pytest.fixture
def ended(db, cube_path) -> WorkOrder:
    """An order that is completed."""
    queue.post_order(cube_path, {})
    order = queue.claim("host:1")
    carry_out(order)
    return order


def test_orders_are_listed_with_what_became_of_them(admin_client, db, cube_path, data_root):
    (data_root / "broken.fits").write_bytes(b"")
    queue.post_order("broken.fits", {})
    carry_out(queue.claim("w"))
    queue.post_order(cube_path, {})
    page = admin_client.get(LIST).content.decode()
    for words in ("Failed", "broken.fits", "The file is empty.", "Queued", cube_path):
        assert words in page


def test_the_list_tells_the_oid_of_an_order_and_when_its_run_began_and_ended(admin_client, ended):
    ended.refresh_from_db()
    ended.run.finished_at += timedelta(minutes=1)
    ended.run.save()
    [row] = parse_html(admin_client.get(LIST).content.decode()).one("table", id="result_list").one("tbody").all("tr")
    cells = [row.one("td", class_=f"field-{name}").text for name in ("oid", "started", "finished", "attempts")]
    began, end = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (ended.run.started_at, ended.run.finished_at))
    assert cells == ["2019-04-19T17:34:55.50395_6173_0-4", began, end, "1"]


def test_orders_are_filtered_and_searched(admin_client, ended):
    queue.post_order("other.fits", {})
    assert "other.fits" not in admin_client.get(LIST, {"status__exact": "completed"}).content.decode()
    assert "other.fits" not in admin_client.get(LIST, {"q": "17:34:55.50395"}).content.decode()
    assert "other.fits" in admin_client.get(LIST, {"q": "other"}).content.decode()


def test_one_order_is_shown_whole(admin_client, ended):
    page = admin_client.get(f"{LIST}{ended.pk}/change/").content.decode()
    for words in ("data_cube", "created", "host:1", "Completed", "verified", "2019-04-19T17:34:55.50395_6173_0-4"):
        assert words in page
    assert "datacubes/datacube/" in page


@pytest.mark.parametrize(("action", "request_fields"), [("reingest", {}), ("force_reingest", {"force": True})])
def test_orders_are_ingested_again(admin_client, ended, action, request_fields, wake_ups):
    failed = queue.post_order("failed.fits", {"oid": "x", "swedish_data": True})
    queue.fail(queue.claim("w"), "broken")
    assert "2 queued." in act(admin_client, LIST, action, ended, failed)
    ended.refresh_from_db()
    failed.refresh_from_db()
    assert (ended.status, ended.request, ended.attempts) == ("queued", request_fields, 0)
    assert (failed.status, failed.request) == ("queued", {"oid": "x", "swedish_data": True} | request_fields)
    assert wake_ups == ["workorders.tasks.sweep"]


def test_an_order_that_a_worker_is_at_is_queued_again_when_it_ends(admin_client, cube_path, db):
    queue.post_order(cube_path, {})
    order = queue.claim("w")
    act(admin_client, LIST, "force_reingest", order)
    order.refresh_from_db()
    assert (order.status, order.next_request) == ("started", {"force": True})
    carry_out(order)
    order.refresh_from_db()
    assert (order.status, order.request, order.next_request) == ("queued", {"force": True}, None)


def test_an_action_asks_first_and_says_for_how_many(admin_client, db, wake_ups):
    orders = [queue.post_order(f"{number:02}.fits", {}) for number in range(30)]
    queue.cancel([orders[0].pk])
    page = choose(admin_client, LIST, "force_reingest", *orders).content.decode()
    assert "Force re-ingest: 30 work orders" in page
    assert "00.fits" in page
    assert "and 10 more" in page
    assert WorkOrder.objects.filter(status="cancelled").count() == 1
    assert wake_ups == []


def test_only_what_was_confirmed_is_done_although_more_has_come_meanwhile(admin_client, db):
    queue.post_order("before.fits", {})
    failed = f"{LIST}?status__exact=failed"
    broken = queue.claim("w")
    queue.fail(broken, "broken")
    question = choose(admin_client, failed, "reingest", broken, everything=True)
    assert "1 work order<" in question.content.decode()
    later = queue.post_order("later.fits", {})
    queue.fail(queue.claim("w"), "broken")
    assert "1 queued." in confirm(admin_client, failed, question)
    assert WorkOrder.objects.get(status="failed") == later


def test_more_than_an_action_takes_is_refused(admin_client, db, monkeypatch):
    monkeypatch.setattr("common.admin.actions.MAX_ROWS", 3)
    orders = [queue.post_order(f"{number}.fits", {}) for number in range(4)]
    for order in orders:
        queue.cancel([order.pk])
    page = choose(admin_client, LIST, "reingest", orders[0], everything=True).content.decode()
    assert "More than 3 rows are selected" in page
    assert WorkOrder.objects.filter(status="queued").count() == 0


@pytest.mark.parametrize("ids", ["x", "1,,2", "-1", str(2**63), ",".join(["1"] * 10_001)])
def test_hostile_ids_are_refused(admin_client, ended, ids):
    data = {"action": "reingest", "_selected_action": ended.pk, "select_across": 1, "confirmed_ids": ids}
    assert admin_client.post(LIST, data).status_code == 400
    assert WorkOrder.objects.get().status == "completed"


def test_what_was_ordered_and_by_whom_is_in_the_history(admin_client, ended):
    act(admin_client, LIST, "force_reingest", ended)
    page = admin_client.get(f"{LIST}{ended.pk}/history/").content.decode()
    assert "Force re-ingest." in page
    assert "admin" in page


def test_only_queued_orders_are_cancelled(admin_client, ended):
    waiting = queue.post_order("waiting.fits", {})
    page = act(admin_client, LIST, "cancel_orders", ended, waiting)
    assert "1 cancelled." in page
    assert "1 left as they are" in page
    waiting.refresh_from_db()
    assert (waiting.status, waiting.run.error) == ("cancelled", "Cancelled before a worker took it.")
    assert queue.claim("w") is None


def test_an_order_tells_what_has_become_of_its_cube_in_the_svo_since(admin_client, client, ended):
    page = f"{LIST}{ended.pk}/change/"
    assert "Not submitted." in admin_client.get(page).content.decode()
    Submission.objects.create(oid=WorkOrder.objects.get().oid, dataset="CRISP", state="failed", error="<b>Odd</b>")
    assert ">Failed</span>: &lt;b&gt;Odd&lt;/b&gt;" in admin_client.get(page).content.decode()
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_workorder"))
    client.force_login(staff)
    seen = client.get(page)
    assert (seen.status_code, "Odd" in seen.content.decode()) == (200, False)


def test_nothing_of_an_order_can_be_edited(admin_client, ended):
    assert '<input type="text"' not in admin_client.get(f"{LIST}{ended.pk}/change/").content.decode()
    assert admin_client.post(f"{LIST}{ended.pk}/change/", {"status": "failed"}).status_code == 403
    assert admin_client.get(f"{LIST}add/").status_code == 403
    assert admin_client.post(f"{LIST}{ended.pk}/delete/", {"post": "yes"}).status_code == 403


def test_what_a_file_holds_is_shown_as_text(admin_client, db, data_root):
    queue.post_order("a.fits", {})
    queue.fail(queue.claim("<i>w</i>"), "<script>alert(1)</script>")
    page = admin_client.get(reverse("admin:workorders_workorder_change", args=[WorkOrder.objects.get().pk]))
    assert "<script>alert" not in page.content.decode()
    assert "&lt;script&gt;alert" in page.content.decode()


def test_staff_who_may_only_look_are_offered_no_action(client, ended):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_workorder"))
    client.force_login(viewer)
    assert "force_reingest" not in client.get(LIST).content.decode()
    data = {"action": "force_reingest", "_selected_action": ended.pk, "confirmed_ids": ended.pk}
    client.post(LIST, data)
    assert WorkOrder.objects.get().status == "completed"


@pytest.mark.parametrize("number", [1, 40])
def test_a_list_costs_the_same_whatever_its_length(admin_client, db, number, django_assert_num_queries):
    for index in range(number):
        queue.post_order(f"{index}.fits", {})
        queue.claim("w")
    # Session, account, how many, and the orders with their runs; whether something runs, kinds of errors, instruments.
    with django_assert_num_queries(7 + of_limits()):
        admin_client.get(LIST)


@pytest.mark.parametrize("number", [1, 40])
def test_an_action_costs_the_same_for_some_hundred_orders(admin_client, db, number, django_assert_max_num_queries):
    orders = [queue.post_order(f"{index}.fits", {}) for index in range(number)]
    question = choose(admin_client, LIST, "reingest", *orders)
    with django_assert_max_num_queries(27 + of_limits(2)):
        confirm(admin_client, LIST, question)


class TestDismissal:
    @pytest.fixture
    def failed(self, db) -> WorkOrder:
        queue.post_order("bad.fits", {})
        order = queue.claim("w")
        queue.fail(order, "INSTRUME is “NEWCAM”, which is not registered. Add it.")
        return WorkOrder.objects.get()

    def test_a_dismissed_failure_leaves_the_failed_ones_and_keeps_its_status(self, admin_client, failed):
        assert "1 dismissed." in act(admin_client, LIST, "dismiss", failed)
        failed.refresh_from_db()
        assert (failed.status, failed.dismissed_at is None) == ("failed", False)
        assert admin_client.get(f"{LIST}?status__exact=failed").context["cl"].result_count == 0
        assert admin_client.get(f"{LIST}?status__exact=dismissed").context["cl"].result_count == 1
        assert "Failed, dismissed" in admin_client.get(LIST).content.decode()

    def test_a_post_ends_it(self, failed):
        queue.dismiss([failed.pk])
        queue.post_order(failed.relative_path, {})
        queue.fail(queue.claim("w"), "Broken again.")
        failed.refresh_from_db()
        assert (failed.dismissed_at, failed.error_kind) == (None, "Broken again.")

    def test_so_does_a_reingestion_of_many(self, failed):
        queue.dismiss([failed.pk])
        queue.requeue([failed.relative_path])
        failed.refresh_from_db()
        assert (failed.status, failed.dismissed_at, failed.error_kind) == ("queued", None, "")

    def test_only_failures_are_dismissed(self, db):
        waiting = queue.post_order("waiting.fits", {})
        assert queue.dismiss([waiting.pk]) == 0
        waiting.refresh_from_db()
        assert waiting.dismissed_at is None


def test_errors_of_one_kind_are_found_together(admin_client, db):
    for name in ("NEWCAM", "OLDCAM"):
        queue.post_order(f"{name}.fits", {})
        queue.fail(queue.claim("w"), f"INSTRUME is “{name}”, which is not registered. Add it under Instruments.")
    queue.post_order("short.fits", {})
    queue.fail(queue.claim("w"), "The file is cut short.")
    kind = "INSTRUME is “…”, which is not registered."
    assert f"2 × {kind}" in admin_client.get(LIST).content.decode()
    assert admin_client.get(LIST, {"error_kind": kind}).context["cl"].result_count == 2
    assert admin_client.get(LIST, {"error_kind": "gone"}).context["cl"].result_count == 0


@pytest.mark.parametrize(("term", "found"), [("{pk}", 1), ("#{pk}", 1), ("crisp/NB_6173", 1), ("6302", 0)])
def test_an_order_is_found_by_its_number_or_any_part_of_its_path(admin_client, db, term, found):
    order = queue.post_order("2019-04-19/CRISP/nb_6173.fits", {})
    page = admin_client.get(LIST, {"q": term.format(pk=order.pk)})
    assert page.context["cl"].result_count == found


@pytest.mark.parametrize("question", ["started=2026-13-01", "started=x", "warnings=no", "instrument=none"])
def test_odd_filters_find_nothing_or_are_refused(admin_client, ended, question):
    assert admin_client.get(f"{LIST}?{question}").status_code in (200, 302, 400)


def test_orders_are_found_by_day_warning_and_instrument(admin_client, ended):
    run = WorkOrder.objects.get().latest_run
    for question, found in (
        ({"started": f"{run.started_at:%Y-%m-%d}"}, 1),
        ({"started": "2001-01-01"}, 0),
        ({"instrument": "CRISP"}, 1),
        ({"instrument": "CHROMIS"}, 0),
        ({"warnings": "yes"}, int(bool(run.warnings))),
    ):
        assert admin_client.get(LIST, question).context["cl"].result_count == found, question


class TestThePageOfAnOrder:
    def test_it_has_the_actions_that_fit_its_status(self, admin_client, ended):
        waiting = queue.post_order("waiting.fits", {})
        assert actions_on(admin_client, ended) == {"reingest", "force_reingest"}
        assert actions_on(admin_client, waiting) == {"reingest", "force_reingest", "cancel_orders"}
        queue.fail(queue.claim("w"), "broken")
        assert actions_on(admin_client, waiting) == {"reingest", "force_reingest", "dismiss"}

    def test_an_action_leads_back_to_it(self, admin_client, ended, wake_ups):
        fields = {"action": "reingest", "index": 0, "_selected_action": ended.pk, "back_to": ended.pk}
        question = admin_client.post(LIST, fields)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', question.content.decode()))
        answer = admin_client.post(LIST, hidden)
        assert answer.url == f"{LIST}{ended.pk}/change/"
        assert WorkOrder.objects.get().status == "queued"

    def test_people_who_may_only_look_have_no_actions(self, client, ended):
        viewer = User.objects.create_user("viewer", is_staff=True)
        viewer.user_permissions.add(Permission.objects.get(codename="view_workorder"))
        client.force_login(viewer)
        assert actions_on(client, ended) == set()

    def test_it_refreshes_itself_while_something_runs(self, admin_client, ended):
        page = f"{LIST}{ended.pk}/change/"
        assert "hx-get" not in admin_client.get(page).content.decode()
        queue.post_order("waiting.fits", {})
        assert "hx-get" in admin_client.get(page).content.decode()


def actions_on(client, order: WorkOrder) -> set[str]:
    page = client.get(f"{LIST}{order.pk}/change/").content.decode()
    return set(re.findall(r'name="action" value="(\w+)"', page))
