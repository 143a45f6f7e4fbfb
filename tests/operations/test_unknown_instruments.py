"""From an order that failed for an unknown instrument to the instrument, and back to the files."""

import pytest
from django.contrib.auth.models import Permission, User

from common.errors import PermanentError
from datacubes.models import Instrument
from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest
from tests.support.html import parse_html
from workorders import queue
from workorders.models import WorkOrder

ADD = "/admin/datacubes/instrument/add/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(place_cube) -> WorkOrder:
    """An order with the error that an ingestion gives."""
    path = place_cube({"INSTRUME": "NEWCAM <b>"})
    with pytest.raises(PermanentError) as refused:
        ingest(IngestRequest(path))
    queue.post_order(path, {})
    order = queue.claim("w")
    queue.fail(order, str(refused.value))
    return WorkOrder.objects.get(pk=order.pk)


def fields(**more: object) -> dict[str, object]:
    return {"name": "NEWCAM <b>", "telescope": "sst", "description": "", **more}


def test_the_order_links_to_where_the_instrument_is_added(admin_client, failed):
    page = parse_html(admin_client.get(f"/admin/workorders/workorder/{failed.pk}/change/").content.decode())
    [link] = [link for link in page.all("a") if link.text == "Add the instrument NEWCAM <b>"]
    form = parse_html(admin_client.get(link.attributes["href"]).content.decode())
    assert form.one("input", name_="name").attributes["value"] == "NEWCAM <b>"
    assert "checked" in form.one("input", name_="reingest").attributes


def test_adding_it_queues_what_failed_for_it(admin_client, failed, monkeypatch):
    monkeypatch.setattr("workorders.admin.send_wake_up", lambda task: None)
    other = queue.post_order("other.fits", {})
    queue.fail(queue.claim("w"), "INSTRUME is “NEWCAM”, which is not registered. Add it.")
    page = admin_client.post(ADD, fields(reingest="on"), follow=True).content.decode()
    assert "1 failed file was queued again." in page
    failed.refresh_from_db()
    other.refresh_from_db()
    assert (failed.status, other.status) == ("queued", "failed")


def test_it_is_an_offer(admin_client, failed):
    admin_client.post(ADD, fields())
    failed.refresh_from_db()
    assert failed.status == "failed"
    instrument = Instrument.objects.get(name="NEWCAM <b>")
    page = admin_client.get(f"/admin/datacubes/instrument/{instrument.pk}/change/").content.decode()
    assert 'name="reingest"' not in page


def test_who_may_not_post_is_not_offered_it(client, failed):
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=["add_instrument", "view_instrument"]))
    client.force_login(clerk)
    assert 'name="reingest"' not in client.get(ADD).content.decode()
    client.post(ADD, fields(reingest="on"))
    failed.refresh_from_db()
    assert (failed.status, Instrument.objects.filter(name="NEWCAM <b>").exists()) == ("failed", True)
