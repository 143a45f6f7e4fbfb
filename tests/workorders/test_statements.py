"""What an order costs in SQL statements, from the claim to its end."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from workorders import queue
from workorders.models import WorkOrder
from workorders.worker import carry_out

pytestmark = pytest.mark.django_db(transaction=True)


def statements_of_next_order() -> list[str]:
    """Carry out the next order and return its statements, without those that begin and end transactions."""
    with CaptureQueriesContext(connection) as captured:
        carry_out(queue.claim("w"))
    assert WorkOrder.objects.get().status == "completed"
    return [query["sql"] for query in captured if not query["sql"].startswith(("BEGIN", "COMMIT"))]


def test_a_first_ingestion_takes_at_most_thirty_statements(cube_path):
    queue.post_order(cube_path, {})
    assert len(statements_of_next_order()) <= 30


def test_an_unchanged_ingestion_takes_at_most_twelve_statements(cube_path):
    queue.post_order(cube_path, {})
    statements_of_next_order()
    queue.post_order(cube_path, {})
    assert len(statements_of_next_order()) <= 12
