"""The commands ingest_fits_cube and reingest_all_cubes."""

import io
import os
import threading
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from datacubes.models import DataCube
from devtools.sample_cubes import edit_keyword, many_cubes
from tests.support.broken_storage import no_answer_about
from workorders.models import WorkOrder
from workorders.queue import claim, post_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the wake-ups instead of sending them to a broker."""
    sent: list[str] = []
    monkeypatch.setattr("workorders.management.ingesting.send_wake_up", lambda task: sent.append(task.name))
    return sent


def run(*arguments: str, **options: object) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_a_file_is_ingested_here_through_an_order(cube_path):
    printed = run("ingest_fits_cube", cube_path)
    assert printed.startswith(f"{cube_path}: completed.\n1 cubes: ")
    assert "1 cubes: 1 completed" in printed
    assert DataCube.objects.get().relative_path == cube_path
    assert WorkOrder.objects.get().status == "completed"


def test_a_path_of_the_file_system_will_do_too(cube_path, data_root, monkeypatch):
    run("ingest_fits_cube", str(data_root / cube_path))
    monkeypatch.chdir((data_root / cube_path).parent)
    run("ingest_fits_cube", (data_root / cube_path).name)
    assert WorkOrder.objects.get().runs.count() == 2


def test_all_cubes_below_a_folder_are_ingested(data_root):
    many_cubes(data_root / "2019", 3)
    assert "3 cubes: 3 completed" in run("ingest_fits_cube", "2019")
    assert DataCube.objects.count() == 3


def test_the_options_reach_the_order(cube_path):
    run("ingest_fits_cube", cube_path, oid="mine", owner=["a@su.se; A@su.se", "b@su.se"])
    cube = DataCube.objects.get()
    assert cube.oid == "mine"
    assert [grant.email for grant in cube.email_grants.all()] == ["a@su.se", "b@su.se"]


def test_queued_orders_are_left_to_the_workers(cube_path, wake_ups):
    assert "1 queued" in run("ingest_fits_cube", cube_path, queue=True)
    assert not DataCube.objects.exists()
    assert wake_ups == ["workorders.tasks.sweep"]
    assert claim("w") is not None


def test_one_that_fails_does_not_stop_the_others(cube_path, data_root):
    (data_root / "2019-04-19" / "broken.fits").write_bytes(b"no cube")
    with pytest.raises(CommandError, match="1 of 2 cubes failed"):
        run("ingest_fits_cube", "2019-04-19")
    assert DataCube.objects.count() == 1


@pytest.mark.parametrize("with_queue", [True, False])
def test_files_whose_names_are_refused_are_told_and_failed_without_an_order(cube_path, data_root, with_queue):
    folder = (data_root / cube_path).parent
    (data_root.parent / "outside.fits").write_bytes(b"")
    (folder / "link.fits").symlink_to(data_root.parent / "outside.fits")
    for name in (b"a\n2026-11-24 forged \x1b[31m.fits", b"b\xff.fits"):
        (folder / os.fsdecode(name)).write_bytes(b"")
    errors = io.StringIO()
    with pytest.raises(CommandError, match="3 of 4 cubes failed"):
        run("ingest_fits_cube", "2019-04-19", queue=with_queue, stderr=errors)
    assert errors.getvalue().splitlines() == [
        "“2019-04-19/CRISP/a?2026-11-24 forged ?[31m.fits”: The path is empty or holds control characters.",
        "“2019-04-19/CRISP/b?.fits”: The path holds characters that cannot be encoded.",
        "“2019-04-19/CRISP/link.fits”: “2019-04-19/CRISP/link.fits” leaves the science data folder by a symbolic link.",
    ]
    order = WorkOrder.objects.get()
    assert (order.relative_path, order.status) == (cube_path, "queued" if with_queue else "completed")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("none.fits", "no file"),
        ("/etc/hostname", "not below the science data folder"),
        ("../x.fits", "not below the science data folder"),
        ("other.txt", "“other.txt” does not end in “.fits”, “.fits.fz”, “.fts” or “.fit”"),
        (".", "no FITS file below"),
    ],
)
def test_paths_without_a_cube_are_refused(data_root, monkeypatch, path, why):
    (data_root / "other.txt").touch()
    monkeypatch.chdir(data_root)
    with pytest.raises(CommandError, match=why):
        run("ingest_fits_cube", path)
    assert not WorkOrder.objects.exists()


def test_a_path_that_the_storage_does_not_tell_of_is_told(cube_path):
    with no_answer_about(cube_path), pytest.raises(CommandError, match="cannot be looked up: Input/output error"):
        run("ingest_fits_cube", cube_path)
    assert not WorkOrder.objects.exists()


def test_an_oid_for_several_cubes_is_refused(data_root):
    many_cubes(data_root / "2019", 2)
    with pytest.raises(CommandError, match="one cube"):
        run("ingest_fits_cube", "2019", oid="x")


def test_an_owner_without_an_address_is_refused(cube_path):
    with pytest.raises(CommandError, match="--owner names no e-mail address"):
        run("ingest_fits_cube", cube_path, owner=[" ;"])


def test_an_owner_that_is_no_address_is_refused(cube_path):
    with pytest.raises(CommandError, match="not an e-mail address"):
        run("ingest_fits_cube", cube_path, owner=["nobody"])


def test_every_cube_is_ingested_again(data_root):
    changed, same = many_cubes(data_root / "2019", 2)
    run("ingest_fits_cube", "2019")
    edit_keyword(changed, "OBSERVER", "Somebody Else")
    assert "2 cubes: 2 completed" in run("reingest_all_cubes")
    outcomes = {
        order.relative_path: {step["name"]: step["outcome"] for step in order.run.steps}["metadata"]
        for order in WorkOrder.objects.select_related("run")
    }
    assert outcomes == {f"2019/{changed.name}": "updated", f"2019/{same.name}": "skipped"}


def test_reingesting_keeps_the_oid_that_an_order_gave_and_the_grants(cube_path):
    run("ingest_fits_cube", cube_path, oid="mine", owner=["a@su.se"])
    DataCube.objects.get().email_grants.all().delete()
    run("reingest_all_cubes", force=True)
    cube = DataCube.objects.get()
    assert cube.oid == "mine"
    assert not cube.email_grants.exists()


@pytest.mark.parametrize("number", [2, 40])
def test_cubes_that_are_left_to_the_workers_cost_the_same_however_many_they_are(
    cube_path, number, wake_ups, django_assert_max_num_queries
):
    run("ingest_fits_cube", cube_path)
    cube = DataCube.objects.get()
    shared = {"size": cube.size, "instrument": cube.instrument, "observation": cube.observation}
    others = [DataCube(oid=f"{index}", relative_path=f"{index}.fits", **shared) for index in range(1, number)]
    DataCube.objects.bulk_create(others)
    with django_assert_max_num_queries(7):
        assert f"{number} cubes: {number} queued" in run("reingest_all_cubes", queue=True, owner=["a@su.se"])
    assert wake_ups == ["workorders.tasks.sweep"]
    orders = WorkOrder.objects.filter(status="queued", request={"owner_email_addresses": ["a@su.se"]})
    assert orders.count() == number


@pytest.mark.django_db(transaction=True)
def test_what_is_posted_while_cubes_are_queued_again_is_not_undone(cube_path):
    run("ingest_fits_cube", cube_path, oid="old")

    def reingest() -> None:
        run("reingest_all_cubes", queue=True)
        connection.close()

    command = threading.Thread(target=reingest)
    with transaction.atomic():
        post_order(cube_path, {"oid": "new"})
        command.start()
        time.sleep(0.5)  # The command comes to the order before this transaction has ended.
    command.join()
    assert WorkOrder.objects.get().request == {"oid": "new"}


def test_only_the_cubes_named_are_ingested_again(data_root):
    many_cubes(data_root / "2019", 2)
    run("ingest_fits_cube", "2019")
    oid = DataCube.objects.first().oid
    assert "1 cubes: 1 completed" in run("reingest_all_cubes", oid=[oid])
    with pytest.raises(CommandError, match="no cube with a file and the OID none"):
        run("reingest_all_cubes", oid=["none"])
