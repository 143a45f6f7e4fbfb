"""Single rows are read without an order, and written field by field."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.rows import only_row, update_row
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db

DAY = datetime(2020, 2, 29, 12, 30, 15, 123456, tzinfo=UTC)


def test_the_only_row_is_found_in_one_statement_without_an_order():
    order = WorkOrder.objects.create(relative_path="a.fits")
    with CaptureQueriesContext(connection) as captured:
        assert only_row(WorkOrder.objects.filter(relative_path="a.fits")) == order
    [statement] = captured
    assert "ORDER BY" not in statement["sql"]


def test_nothing_is_returned_without_a_row():
    assert not only_row(WorkOrder.objects.filter(relative_path="a.fits"))


def test_the_named_fields_are_written_and_no_others():
    order = WorkOrder.objects.create(relative_path="a.fits", oid="before")
    other = WorkOrder.objects.create(relative_path="b.fits")
    order.request, order.queued_at, order.lease_expires_at = {"force": True, "oid": "é"}, DAY, None
    order.oid, order.attempts = "not written", 7
    update_row(order, ("request", "queued_at", "lease_expires_at", "attempts"))
    stored = WorkOrder.objects.get(pk=order.pk)
    assert (stored.request, stored.queued_at, stored.attempts) == ({"force": True, "oid": "é"}, DAY, 7)
    assert (stored.lease_expires_at, stored.next_request, stored.oid) == (None, None, "before")
    assert WorkOrder.objects.values().get(pk=other.pk)["attempts"] == 0


def test_a_foreign_key_is_written_by_its_name():
    order = WorkOrder.objects.create(relative_path="a.fits")
    order.run = order.runs.create()
    update_row(order, ("run",))
    assert WorkOrder.objects.get().run == order.run
