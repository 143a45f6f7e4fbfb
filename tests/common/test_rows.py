"""Single rows are read in one short statement, and written field by field."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from common.rows import add_row, only_row, unique_row, update_row
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db

DAY = datetime(2020, 2, 29, 12, 30, 15, 123456, tzinfo=UTC)


def state(row: Model) -> dict[str, object]:
    """The values of a row's fields, none of which is left to be read later."""
    assert not row.get_deferred_fields()
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_the_only_row_is_found_in_one_statement_without_an_order():
    order = WorkOrder.objects.create(relative_path="a.fits")
    with CaptureQueriesContext(connection) as captured:
        assert only_row(WorkOrder.objects.filter(relative_path="a.fits")) == order
    [statement] = captured
    assert "ORDER BY" not in statement["sql"]


def test_nothing_is_returned_without_a_row():
    assert not only_row(WorkOrder.objects.filter(relative_path="a.fits"))


def test_a_row_is_what_django_makes_of_it():
    values = {"request": {"force": True, "oid": "é"}, "queued_at": DAY, "lease_expires_at": None, "attempts": 3}
    order = WorkOrder.objects.create(relative_path="a.fits", **values)
    assert state(unique_row(WorkOrder, relative_path="a.fits")) == state(WorkOrder.objects.get(pk=order.pk))


def test_a_row_that_it_refers_to_comes_with_it_in_one_statement(django_assert_num_queries):
    order = WorkOrder.objects.create(relative_path="a.fits")
    order.run = order.runs.create(steps=[{"name": "metadata"}], finished_at=DAY)
    order.save()
    with django_assert_num_queries(1):
        row = unique_row(WorkOrder, "run", id=order.pk)
        found = state(row), state(row.run)
    expected = WorkOrder.objects.get()
    assert found == (state(expected), state(expected.run))


def test_a_row_that_refers_to_none_has_none(django_assert_num_queries):
    WorkOrder.objects.create(relative_path="a.fits")
    with django_assert_num_queries(1):
        assert not unique_row(WorkOrder, "run", relative_path="a.fits").run


def test_without_such_a_row_nothing_is_returned():
    assert not unique_row(WorkOrder, "run", relative_path="a.fits")


def test_a_row_is_locked_alone_where_the_database_locks_rows():
    WorkOrder.objects.create(relative_path="a.fits")
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        unique_row(WorkOrder, "run", relative_path="a.fits", locked=True)
    locks = sum("FOR UPDATE OF own" in statement["sql"] for statement in captured)
    assert locks == (connection.vendor == "postgresql")


def test_a_new_row_is_inserted_with_all_its_fields(django_assert_num_queries):
    order = WorkOrder(relative_path="a.fits", request={"force": True, "oid": "é"}, queued_at=DAY)
    with django_assert_num_queries(1):
        assert add_row(order)
    assert state(order) == state(WorkOrder.objects.get())


def test_a_row_that_is_there_already_is_left_as_it_is():
    there = WorkOrder.objects.create(relative_path="a.fits", oid="before")
    new = WorkOrder(relative_path="a.fits", oid="after")
    assert not add_row(new)
    assert not new.pk
    assert state(WorkOrder.objects.get()) == state(there)


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
