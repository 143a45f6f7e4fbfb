"""The tasks that beat sends."""

import pytest

from keeper.leases import lease
from keeper.models import AuditedFile, Walk
from keeper.tasks import audit_some_files, discover_files
from tests.keeper.discovery.conftest import everything_at_once, wake_ups
from workorders import storage
from workorders.models import HostWithoutStorage, WorkOrder

__all__ = ["everything_at_once", "wake_ups"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def switched_on(settings, monkeypatch):
    settings.DISCOVERY_MINUTES, settings.FIXITY_MB_PER_SECOND = 60, 1000
    monkeypatch.setattr(storage._Sight, "paused_until", 0.0)


def test_they_discover_and_audit(archive_cube, place_cube):
    cube = archive_cube()
    place_cube({"DATE-BEG": "2020-01-01T00:00:00"}, "new.fits")
    discover_files()
    audit_some_files()
    assert WorkOrder.objects.get().relative_path == "new.fits"
    assert AuditedFile.objects.get().cube == cube


def test_they_do_nothing_unless_they_are_switched_on(archive_cube, settings):
    settings.DISCOVERY_MINUTES = settings.FIXITY_MB_PER_SECOND = 0
    archive_cube()
    discover_files()
    audit_some_files()
    assert not Walk.objects.exists()
    assert not AuditedFile.objects.exists()


def test_a_machine_without_the_storage_leaves_them_to_others_and_says_so(archive_cube, data_root):
    cube = archive_cube()
    data_root.rename(data_root.with_name("elsewhere"))
    data_root.mkdir()
    discover_files()
    audit_some_files()
    assert HostWithoutStorage.objects.exists()
    assert not Walk.objects.exists()
    assert not AuditedFile.objects.exists()
    cube.refresh_from_db()
    assert cube.missing_since is None


def test_they_leave_what_another_process_does(archive_cube, place_cube):
    archive_cube()
    place_cube(path="new.fits")
    with lease("discovery"), lease("audit of files"):
        discover_files()
        audit_some_files()
    assert not Walk.objects.exists()
    assert not AuditedFile.objects.exists()


def test_beat_sends_them_if_they_are_switched_on(settings):
    import runpy

    def schedule() -> set[str]:
        return {entry["task"] for entry in runpy.run_path("celeryconfig.py")["beat_schedule"].values()}

    ours = {"keeper.tasks.discover_files", "keeper.tasks.audit_some_files"}
    assert ours <= schedule()
    settings.DISCOVERY_MINUTES = settings.FIXITY_MB_PER_SECOND = 0
    assert not ours & schedule()
