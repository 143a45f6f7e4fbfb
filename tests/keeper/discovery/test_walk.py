"""Discovery: files appear and change below the root, and are queued without a POST."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from common.errors import TransientError
from datacubes.models import Companion, DataCube
from datacubes.withdrawal import change_all, withdraw
from devtools.sample_cubes import cube_filename, edit_keyword
from keeper.discovery.walk import discover, plan
from keeper.leases import LeaseTaken, lease
from keeper.models import Lease, Walk
from workorders import queue
from workorders.models import WorkOrder, WorkOrderRun
from workorders.worker import carry_out

pytestmark = pytest.mark.django_db

PATH = "2019-04-19/CRISP/cube.fits"


def queued() -> list[str]:
    """The paths of queued orders."""
    orders = WorkOrder.objects.filter(status="queued").order_by("relative_path")
    return list(orders.values_list("relative_path", flat=True))


def carry_out_all() -> None:
    while order := queue.claim("test"):
        carry_out(order)


def numbers(walk: Walk) -> dict[str, int]:
    names = ("files", "new", "changed", "waiting", "gone", "missing", "returned", "refused")
    return {name: number for name in names if (number := getattr(walk, name))}


def test_a_new_file_is_queued_once(place_cube, wake_ups):
    place_cube()
    assert numbers(discover()) == {"files": 1, "new": 1}
    assert queued() == [PATH]
    assert wake_ups == ["workorders.tasks.sweep"]
    assert numbers(discover()) == {"files": 1}  # Its order waits.
    carry_out_all()
    assert DataCube.objects.get().relative_path == PATH
    assert numbers(discover()) == {"files": 1}
    assert queued() == []


def test_a_changed_file_is_queued_as_it_was_last_posted(archive_cube, data_root):
    queue.post_order(PATH, {"oid": "mine"})
    archive_cube(oid="mine")
    WorkOrder.objects.update(status="completed")
    assert numbers(discover()) == {"files": 1}
    edit_keyword(data_root / PATH, "OBSERVER", "Somebody else")
    assert numbers(discover()) == {"files": 1, "changed": 1}
    order = WorkOrder.objects.get(status="queued")
    assert order.request == {"oid": "mine"}
    carry_out_all()
    assert DataCube.objects.get().metadata.observer == "Somebody else"
    assert numbers(discover()) == {"files": 1}


def test_a_touched_file_is_looked_at_once(place_cube, data_root):
    place_cube()
    discover()
    carry_out_all()
    os.utime(data_root / PATH)
    assert numbers(discover()) == {"files": 1, "changed": 1}
    carry_out_all()
    assert numbers(discover()) == {"files": 1}


def test_a_file_waits_until_it_was_still_for_a_while(place_cube, data_root, settings, monkeypatch):
    place_cube()
    settings.DISCOVERY_STILL_SECONDS = 60
    old = time.time() - 3600
    os.utime(data_root / PATH, (old, old))  # As a copy keeps it. The system's own time of the last change counts.
    assert numbers(discover()) == {"files": 1, "waiting": 1}
    assert queued() == []
    later = time.time() + 61
    monkeypatch.setattr("keeper.discovery.comparing.time.time", lambda: later)
    assert numbers(discover()) == {"files": 1, "new": 1}


def test_a_modification_time_in_the_future_makes_no_difference(place_cube, data_root):
    place_cube()
    tomorrow = time.time() + 86_400
    os.utime(data_root / PATH, (tomorrow, tomorrow))
    assert numbers(discover()) == {"files": 1, "new": 1}
    carry_out_all()
    assert numbers(discover()) == {"files": 1}


def test_a_failed_file_is_not_queued_again_until_it_changes(data_root):
    (data_root / "broken.fits").write_bytes(b"no FITS file")
    assert numbers(discover()) == {"files": 1, "new": 1}
    carry_out_all()
    assert WorkOrder.objects.get().status == "failed"
    assert numbers(discover()) == {"files": 1}
    (data_root / "broken.fits").write_bytes(b"no FITS file either")
    assert numbers(discover()) == {"files": 1, "new": 1}


def test_a_file_whose_order_staff_cancelled_is_left_alone(place_cube):
    place_cube()
    discover()
    queue.cancel([WorkOrder.objects.get().pk])
    assert numbers(discover()) == {"files": 1}


def test_a_change_during_a_run_that_did_not_see_it_is_found(place_cube, data_root):
    place_cube()
    discover()
    order = queue.claim("test")
    carry_out(order)
    # The run read the file before the change, and ended after it.
    edit_keyword(data_root / PATH, "OBSERVER", "Somebody else")
    WorkOrderRun.objects.update(finished_at=timezone.now() + timedelta(seconds=1))
    assert numbers(discover()) == {"files": 1, "changed": 1}


def test_a_cube_that_staff_withdrew_stays_withdrawn(archive_cube, data_root):
    archive_cube()
    change_all(DataCube.objects.all(), lambda cube: withdraw(cube, "Wrong calibration."))
    edit_keyword(data_root / PATH, "OBSERVER", "Somebody else")
    assert numbers(discover()) == {"files": 1}


def test_the_later_export_of_a_cube_replaces_it_and_the_older_file_is_left_alone(place_cube, data_root):
    for export in ("2020-01-01", "2021-01-01"):
        name = f"nb_6173_2019-04-19T17:34:39_scans=0-4_export{export}_im.fits"
        place_cube({"FILENAME": name}, name)
    discover()
    carry_out_all()
    assert "export2021" in DataCube.objects.get().relative_path
    assert numbers(discover()) == {"files": 2}


def test_companions_are_found_as_cubes_are(place_cube):
    name = cube_filename().replace("_im.fits", "_sp.fits")
    place_cube(path=PATH)
    place_cube({"FILENAME": name}, f"2019-04-19/CRISP/{name}")
    assert numbers(discover()) == {"files": 2, "new": 2}
    carry_out_all()
    assert (DataCube.objects.count(), Companion.objects.count()) == (1, 1)
    assert numbers(discover()) == {"files": 2}


def test_only_some_folders_are_walked_if_they_are_named(place_cube):
    place_cube(path="2019/a.fits")
    place_cube(path="2020/b.fits")
    assert numbers(discover(["2020"])) == {"files": 1, "new": 1}
    assert queued() == ["2020/b.fits"]


def test_a_plan_changes_nothing(place_cube, data_root):
    place_cube()
    (data_root / "packed.fits.gz").write_bytes(b"")
    lines: list[str] = []
    assert numbers(plan(tell=lines.append)) == {"files": 2, "new": 1, "refused": 1}
    assert sorted(lines)[0] == f"new: {PATH}"
    assert sorted(lines)[1].startswith("refused: packed.fits.gz (“packed.fits.gz” is compressed as a whole")
    assert not any(model.objects.exists() for model in (WorkOrder, Walk, Lease))


def test_one_walk_runs_at_a_time(place_cube):
    place_cube()
    with lease("discovery"), pytest.raises(LeaseTaken, match="Only one process does this at a time: discovery"):
        discover()
    assert not WorkOrder.objects.exists()
    assert discover().new == 1


def test_a_walk_whose_process_died_is_followed_by_another(place_cube):
    place_cube()
    dead = Walk.objects.create()
    Lease.objects.create(name="discovery", holder="a:1", taken_at=timezone.now(), expires_at=timezone.now())
    assert discover().new == 1
    dead.refresh_from_db()
    assert dead.finished_at
    assert dead.error == "Its process died."


def test_a_walk_that_paused_for_too_long_ends(place_cube, settings):
    settings.ORDER_LEASE_SECONDS = 0.3
    place_cube()

    def pause(line: str) -> None:
        time.sleep(0.4)
        Lease.objects.update(token="00000000-0000-0000-0000-000000000000")  # Another process has taken it over.

    with pytest.raises(LeaseTaken, match="paused for so long"):
        discover(tell=pause)
    assert "paused for so long" in Walk.objects.get().error


@pytest.mark.parametrize("how", ["empty", "absent"])
def test_no_walk_starts_while_the_storage_is_away(archive_cube, data_root, how):
    cube = archive_cube()
    data_root.rename(data_root.with_name("elsewhere"))
    if how == "empty":
        data_root.mkdir()
    with pytest.raises(TransientError, match="science data folder"):
        discover()
    assert "science data folder" in Walk.objects.get().error
    cube.refresh_from_db()
    assert cube.missing_since is None


def test_the_walks_that_are_kept_have_a_bound(place_cube, monkeypatch):
    monkeypatch.setattr("keeper.discovery.walk.WALKS_KEPT", 3)
    place_cube()
    for _ in range(5):
        last = discover()
    assert list(Walk.objects.values_list("pk", flat=True)) == [last.pk - number for number in range(3)]


def test_batches_of_files_take_few_statements(data_root, django_assert_max_num_queries):
    for number in range(300):
        (data_root / f"{number}.fits").write_bytes(b"x")
    with django_assert_max_num_queries(60):
        discover()
    assert len(queued()) == 300
    with django_assert_max_num_queries(25):
        discover()


def test_a_link_to_a_file_within_the_root_is_found_like_a_posted_one(place_cube, data_root):
    place_cube(path=".store/content.fits")
    (data_root / "cube.fits").symlink_to(".store/content.fits")
    (data_root / "outside.fits").symlink_to(Path("/etc/passwd"))
    walk = discover()
    assert numbers(walk) == {"files": 2, "new": 1, "refused": 1}
    assert queued() == ["cube.fits"]
    assert "leaves the science data folder" in walk.refused_names[0]["reason"]
