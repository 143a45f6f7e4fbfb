"""What an order costs in SQL statements, claimed and carried out, transactions included."""

import pytest

from datacubes.models import Instrument
from workorders import queue
from workorders.models import WorkOrder
from workorders.worker import carry_out

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def instruments(db) -> None:
    """The instruments that a migration made; the tests before, which commit, have emptied all tables."""
    Instrument.objects.get_or_create(name="CRISP")


def work() -> None:
    carry_out(queue.claim("w"))
    assert WorkOrder.objects.get().status == "completed"


def test_a_first_ingestion_takes_at_most_thirty_statements(cube_path, django_assert_max_num_queries):
    queue.post_order(cube_path, {})
    with django_assert_max_num_queries(30 + 1):  # and the one that looks how it ended
        work()


def test_an_unchanged_ingestion_takes_at_most_twelve_statements(cube_path, django_assert_max_num_queries):
    queue.post_order(cube_path, {})
    work()
    queue.post_order(cube_path, {})
    with django_assert_max_num_queries(12 + 1):
        work()
