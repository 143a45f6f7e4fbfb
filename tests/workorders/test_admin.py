"""Work orders in the admin."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

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


def act(client: Client, action: str, *orders: WorkOrder) -> str:
    data = {"action": action, "_selected_action": [order.pk for order in orders]}
    return client.post(LIST, data, follow=True).content.decode()


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("action", "request_fields"), [("reingest", {}), ("force_reingest", {"force": True})])
def test_an_order_is_ingested_again(admin_client, ended, action, request_fields, wake_ups):
    assert "1 queued" in act(admin_client, action, ended)
    order = WorkOrder.objects.get()
    assert (order.status, order.request) == ("queued", request_fields)
    assert wake_ups == ["workorders.tasks.process_next_order"]


def test_only_queued_orders_are_cancelled(admin_client, ended):
    waiting = queue.post_order("waiting.fits", {})
    page = act(admin_client, "cancel_orders", ended, waiting)
    assert "1 cancelled." in page
    assert "1 left as they are" in page
    waiting.refresh_from_db()
    assert (waiting.status, waiting.run.error) == ("failed", "Cancelled before a worker took it.")
    assert queue.claim("w") is None


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
    act(client, "force_reingest", ended)
    assert WorkOrder.objects.get().status == "completed"


@pytest.mark.parametrize("number", [1, 40])
def test_a_list_costs_the_same_whatever_its_length(admin_client, db, number, django_assert_max_num_queries):
    for index in range(number):
        queue.post_order(f"{index}.fits", {})
        queue.claim("w")
    with django_assert_max_num_queries(8):
        admin_client.get(LIST)
