"""What can be ordered for cubes on their admin pages."""

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from datacubes.models import DataCube
from svo.models import InstrumentInSVO, Submission
from tests.support.admin_actions import act
from workorders import queue
from workorders.models import WorkOrder
from workorders.worker import carry_out

LIST = "/admin/datacubes/datacube/"


@pytest.fixture(autouse=True)
def wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the wake-ups instead of sending them to a broker."""
    sent: list[str] = []
    for module in ("workorders.admin", "operations.admin.cube_actions"):
        monkeypatch.setattr(f"{module}.send_wake_up", lambda task: sent.append(task.name))
    return sent


@pytest.fixture
def svo(settings) -> None:
    """An SVO that is configured; nothing here sends to it."""
    settings.SVO_API_URL, settings.SVO_USERNAME, settings.SVO_API_KEY = "http://127.0.0.1:1/api", "user", "key"


@pytest.fixture
def cube(db, cube_path) -> DataCube:
    """A cube that came by an order."""
    queue.post_order(cube_path, {"oid": "a-cube", "owner_email_addresses": ["a@b.example"], "force": True})
    carry_out(queue.claim("w"))
    return DataCube.objects.get()


@pytest.mark.parametrize(("action", "instructions"), [("reingest", {}), ("force_reingest", {"force": True})])
def test_a_cube_is_ingested_again_as_it_was_last_posted(admin_client, cube, action, instructions, wake_ups):
    assert "1 queued." in act(admin_client, LIST, action, cube)
    order = WorkOrder.objects.get()
    assert (order.status, order.request) == ("queued", {"oid": "a-cube"} | instructions)
    assert wake_ups == ["workorders.tasks.sweep"]
    carry_out(queue.claim("w"))
    order.refresh_from_db()
    assert (order.status, order.oid) == ("completed", "a-cube")


def test_a_cube_that_came_by_no_order_gets_one(admin_client, cube):
    WorkOrder.objects.all().delete()
    act(admin_client, LIST, "reingest", cube)
    order = WorkOrder.objects.get()
    assert (order.relative_path, order.status, order.request) == (cube.relative_path, "queued", {})


def test_a_cube_that_is_withdrawn_is_left_alone(admin_client, cube):
    DataCube.objects.update(withdrawn_at=timezone.now())
    page = act(admin_client, f"{LIST}?state=every", "reingest", cube)
    assert "0 queued." in page
    assert "1 left as they are: they are withdrawn." in page


def test_a_cube_is_submitted_to_the_svo_whatever_was_sent_before(admin_client, cube, svo, wake_ups):
    Submission.objects.create(oid="a-cube", dataset="CRISP", state="failed", digest="before", attempts=30)
    assert "1 queued for the SVO." in act(admin_client, LIST, "submit_to_svo", cube)
    submission = Submission.objects.get()
    assert (submission.state, submission.digest, submission.attempts) == ("pending", "", 0)
    assert wake_ups == ["svo.tasks.sweep_submissions"]


def test_a_cube_of_an_instrument_that_is_left_out_is_not_submitted(admin_client, cube, svo):
    InstrumentInSVO.objects.create(instrument=cube.instrument, is_left_out=True)
    page = act(admin_client, LIST, "submit_to_svo", cube)
    assert "0 queued for the SVO." in page
    assert "1 are of instruments that are left out of it." in page
    assert not Submission.objects.exists()


def test_without_an_svo_nothing_is_submitted(admin_client, cube):
    assert "No SVO is configured. Nothing was done." in act(admin_client, LIST, "submit_to_svo", cube)
    assert not Submission.objects.exists()


def test_the_page_of_a_cube_links_to_its_orders(admin_client, cube):
    page = admin_client.get(f"{LIST}{cube.pk}/change/").content.decode()
    assert f"/admin/workorders/workorder/{WorkOrder.objects.get().pk}/change/" in page


@pytest.mark.parametrize("permission", [None, "view_workorder", "view_submission"])
def test_the_page_of_a_cube_tells_of_orders_and_of_the_svo_those_who_may_look_at_them(client, cube, permission):
    Submission.objects.create(oid="a-cube", dataset="CRISP", state="failed", error="The SVO's own words")
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__in=["view_datacube", permission]))
    client.force_login(viewer)
    page = client.get(f"{LIST}{cube.pk}/change/").content.decode()
    assert "a-cube" in page
    assert ("/admin/workorders/workorder/" in page) == ("field-orders" in page) == (permission == "view_workorder")
    assert ("The SVO&#x27;s own words" in page) == ("field-svo_state" in page) == (permission == "view_submission")


def test_staff_without_the_permissions_are_offered_neither(client, cube):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_datacube"))
    client.force_login(viewer)
    page = client.get(LIST).content.decode()
    assert "reingest" not in page
    assert "submit_to_svo" not in page
    viewer.user_permissions.add(Permission.objects.get(codename="add_workorder"))
    page = client.get(LIST).content.decode()
    assert "force_reingest" in page
    assert "submit_to_svo" not in page
