"""A worker that does not see the storage takes no orders, and leaves what it has to others."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from workorders import queue, storage, tasks
from workorders.models import HostWithoutStorage, WorkOrder, WorkOrderRun
from workorders.tasks import process_next_order
from workorders.worker import carry_out, carry_out_next

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Begin as a new process, and collect the pauses of the task instead of making them."""
    monkeypatch.setattr(storage._Sight, "paused_until", 0.0)
    monkeypatch.setattr(storage._Sight, "may_have_row", True)
    made: list[float] = []
    monkeypatch.setattr(tasks.time, "sleep", made.append)
    return made


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of `storage`, as the last value of a list."""
    now = [1000.0]
    monkeypatch.setattr(storage.time, "monotonic", lambda: now[-1])
    return now


@pytest.fixture
def order(cube_path: str) -> WorkOrder:
    return queue.post_order(cube_path, {})


def lose(data_root: Path) -> Path:
    """Leave an empty folder, as an unmounted one is, and return where the files are."""
    elsewhere = data_root.with_name("elsewhere")
    data_root.rename(elsewhere)
    data_root.mkdir()
    return elsewhere


def test_orders_are_not_claimed_and_the_machine_is_named(order, data_root, pauses, settings):
    lose(data_root)
    process_next_order()
    order.refresh_from_db()
    assert (order.status, order.attempts) == ("queued", 0)
    assert not WorkOrderRun.objects.exists()
    row = HostWithoutStorage.objects.get()
    assert "is its storage mounted" in row.reason
    assert pauses == [settings.ORDER_SWEEP_SECONDS]  # Or it would take the wake-ups of the others.


def test_the_storage_is_not_asked_again_for_a_while(order, data_root, clock, settings):
    elsewhere = lose(data_root)
    process_next_order()
    data_root.rmdir()
    elsewhere.rename(data_root)
    clock.append(clock[-1] + settings.ORDER_LEASE_SECONDS - 1)
    process_next_order()
    assert WorkOrder.objects.get().status == "queued"
    clock.append(clock[-1] + 2)
    process_next_order()
    assert WorkOrder.objects.get().status == "completed"
    assert not HostWithoutStorage.objects.exists()


def test_the_machine_is_named_since_when_and_when_it_last_looked(order, data_root, clock, settings):
    lose(data_root)
    process_next_order()
    HostWithoutStorage.objects.update(since=timezone.now() - timedelta(hours=1), seen_at=timezone.now())
    before = HostWithoutStorage.objects.get()
    clock.append(clock[-1] + settings.ORDER_LEASE_SECONDS + 1)
    process_next_order()
    after = HostWithoutStorage.objects.get()
    assert after.since == before.since
    assert after.seen_at > before.seen_at


def test_an_order_during_which_the_storage_went_away_is_left_to_others_without_counting(order, data_root, monkeypatch):
    def claim_and_lose(*arguments):
        claimed = really_claim(*arguments)
        if claimed:
            lose(data_root)
        return claimed

    really_claim = queue.claim
    monkeypatch.setattr(queue, "claim", claim_and_lose)
    assert carry_out_next()
    order.refresh_from_db()
    assert (order.status, order.attempts) == ("queued", 0)
    assert order.queued_at <= timezone.now()
    assert [run.status for run in order.runs.all()] == ["handed_back"]
    assert HostWithoutStorage.objects.exists()


def test_a_command_counts_its_attempts_as_nobody_else_takes_its_order(order, data_root):
    claimed = queue.claim("command")
    lose(data_root)
    carry_out(claimed)
    order.refresh_from_db()
    assert (order.status, order.attempts) == ("queued", 1)
    assert not HostWithoutStorage.objects.exists()


def test_a_missing_file_counts_as_before(order, data_root, cube_path):
    (data_root / "README").write_text("")
    (data_root / cube_path).unlink()
    assert carry_out_next()
    order.refresh_from_db()
    assert (order.status, order.attempts) == ("queued", 1)
    assert not HostWithoutStorage.objects.exists()


def test_the_front_page_names_the_machine_for_a_day(admin_client):
    now = timezone.now()
    for host, ago in (("here", timedelta(minutes=1)), ("long-gone", timedelta(days=2))):
        HostWithoutStorage.objects.create(host=host, since=now - ago, seen_at=now - ago, reason="Not mounted.")
    page = admin_client.get("/admin/").content.decode()
    assert "here takes no orders: since" in page
    assert "Not mounted." in page
    assert "long-gone" not in page
