"""Files that vanish, move and return."""

import shutil
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from common.errors import TransientError
from datacubes.missing import note_missing
from datacubes.models import Companion, DataCube
from devtools.sample_cubes import edit_keyword
from keeper.discovery.walk import discover, plan
from keeper.events.kinds import Kind
from keeper.models import GoneFile, Walk
from svo.models import Submission
from tests.keeper.discovery.test_walk import PATH, carry_out_all, numbers
from tests.support.archived_cubes import copy_of
from tests.support.broken_storage import no_answer_about
from workorders import queue
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def something_else(data_root):
    """A root without any file would look like one that is not mounted."""
    (data_root / "README").write_text("")


@pytest.fixture
def mailing(settings):
    settings.ARCHIVE_CONTACT_EMAIL = "archive@su.se"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def svo(settings, monkeypatch):
    """An SVO that is configured, and to which nothing is sent."""
    settings.SVO_API_URL, settings.SVO_USERNAME, settings.SVO_API_KEY = "https://svo.example", "archive", "key"
    monkeypatch.setattr("svo.tasks.send_wake_up", lambda task: None)


def test_a_file_that_is_gone_is_noted_and_its_cube_shown_as_missing_after_a_while(
    archive_cube, data_root, settings, told
):
    settings.DISCOVERY_GONE_HOURS = 24
    cube = archive_cube()
    (data_root / PATH).unlink()
    assert numbers(discover()) == {"gone": 1}
    first = GoneFile.objects.get()
    assert (first.relative_path, first.oid, first.told_at) == (PATH, cube.oid, None)
    cube.refresh_from_db()
    assert cube.missing_since is None
    assert numbers(discover()) == {"gone": 1}
    assert GoneFile.objects.get().noticed_at == first.noticed_at
    a_day_ago = timezone.now() - timedelta(hours=25)
    GoneFile.objects.update(noticed_at=a_day_ago)
    lines: list[str] = []
    plan(tell=lines.append)
    assert lines == [f"missing: {PATH}"]
    assert numbers(discover()) == {"gone": 1, "missing": 1}
    cube.refresh_from_db()
    assert cube.missing_since == a_day_ago
    assert told() == [(Kind.FILE_MISSING, cube.oid, PATH)]
    assert numbers(discover()) == {"gone": 1}
    assert len(told()) == 1


def test_the_svo_is_told_when_a_file_is_missing_and_when_it_is_back(archive_cube, data_root, svo):
    cube = archive_cube()
    Submission.objects.update(state="submitted")
    (data_root / PATH).rename(data_root / "away")
    discover()
    assert Submission.objects.get(oid=cube.oid).state == "pending"
    Submission.objects.update(state="submitted")
    discover()
    assert Submission.objects.get(oid=cube.oid).state == "submitted"
    (data_root / "away").rename(data_root / PATH)
    assert numbers(discover()) == {"files": 1, "returned": 1}
    assert Submission.objects.get(oid=cube.oid).state == "pending"
    cube.refresh_from_db()
    assert cube.missing_since is None
    assert not GoneFile.objects.exists()


def test_staff_are_told_once_by_mail(archive_cube, data_root, mailing):
    archive_cube()
    (data_root / PATH).unlink()
    discover()
    [sent] = mail.outbox
    assert sent.subject == "1 file missing"
    assert sent.to == ["archive@su.se"]
    assert f"- {PATH}\n" in sent.body
    assert "/admin/keeper/gonefile/" in sent.body
    discover()
    assert len(mail.outbox) == 1


def test_a_mail_that_a_killed_walk_did_not_send_is_sent_by_the_next(archive_cube, data_root, mailing, monkeypatch):
    archive_cube()
    (data_root / PATH).unlink()
    with monkeypatch.context() as killed:
        killed.setattr("keeper.mails.mail_missing", lambda: None)
        discover()
    assert not mail.outbox
    discover()
    assert len(mail.outbox) == 1


def test_a_companion_that_is_gone_is_missing_too(archive_cube, data_root, told):
    cube = archive_cube()
    Companion.objects.create(
        oid=cube.oid, kind="sp", relative_path="sp.fits", filename="sp.fits", size=1, modified_ns=1
    )
    assert numbers(discover()) == {"files": 1, "gone": 1, "missing": 1}
    assert Companion.objects.get().missing_since
    assert told() == [(Kind.FILE_MISSING, cube.oid, "sp.fits")]


def test_a_file_that_a_download_missed_is_found_again(archive_cube):
    cube = archive_cube()
    note_missing(cube)
    assert numbers(discover()) == {"files": 1, "returned": 1}
    cube.refresh_from_db()
    assert cube.missing_since is None


def test_a_file_that_comes_back_changed_is_ingested_and_no_longer_missing(archive_cube, data_root):
    cube = archive_cube()
    (data_root / PATH).rename(data_root / "away")
    discover()
    edit_keyword(data_root / "away", "OBSERVER", "Somebody else")
    (data_root / "away").rename(data_root / PATH)
    assert numbers(discover()) == {"files": 1, "changed": 1}
    carry_out_all()
    cube.refresh_from_db()
    assert cube.missing_since is None
    assert cube.metadata.observer == "Somebody else"
    discover()
    assert not GoneFile.objects.exists()


def test_a_moved_file_is_the_same_cube(place_cube, data_root, settings):
    settings.DISCOVERY_GONE_HOURS = 24
    place_cube()
    discover()
    carry_out_all()
    cube = DataCube.objects.get()
    (data_root / "moved").mkdir()
    (data_root / PATH).rename(data_root / "moved" / "cube.fits")
    assert numbers(discover()) == {"files": 1, "new": 1, "gone": 1}
    carry_out_all()
    moved = DataCube.every.get()
    assert (moved.pk, moved.oid, moved.relative_path) == (cube.pk, cube.oid, "moved/cube.fits")
    assert numbers(discover()) == {"files": 1}
    assert not GoneFile.objects.exists()


def test_a_moved_file_keeps_the_oid_that_its_order_gave(place_cube, data_root, settings):
    settings.DISCOVERY_GONE_HOURS = 24
    place_cube()
    queue.post_order(PATH, {"oid": "mine"})
    carry_out_all()
    (data_root / PATH).rename(data_root / "moved.fits")
    discover()
    assert WorkOrder.objects.get(relative_path="moved.fits").request == {"oid": "mine"}
    carry_out_all()
    assert [(cube.oid, cube.relative_path) for cube in DataCube.every.all()] == [("mine", "moved.fits")]


def test_another_new_file_of_the_same_size_gets_no_oid_of_a_gone_one(place_cube, data_root, settings):
    settings.DISCOVERY_GONE_HOURS = 24
    place_cube()
    queue.post_order(PATH, {"oid": "mine"})
    carry_out_all()
    size = (data_root / PATH).stat().st_size
    (data_root / PATH).unlink()
    place_cube({"DATE-BEG": "2020-01-01T00:00:00"}, "other.fits")
    assert (data_root / "other.fits").stat().st_size == size
    discover()
    assert WorkOrder.objects.get(relative_path="other.fits").request == {}


def test_a_copied_file_stays_where_it_is_and_the_copy_counts_as_the_cube(place_cube, data_root):
    place_cube()
    discover()
    carry_out_all()
    shutil.copy2(data_root / PATH, data_root / "copy.fits")
    discover()
    carry_out_all()
    assert DataCube.every.get().relative_path == "copy.fits"
    assert numbers(discover()) == {"files": 2}


def test_nothing_becomes_missing_if_the_storage_goes_away_during_the_walk(archive_cube, data_root, monkeypatch):
    cube = archive_cube()
    from keeper.discovery import missing

    find_gone = missing.find_gone

    def find_gone_and_lose_storage(*arguments):
        yield from find_gone(*arguments)
        data_root.rename(data_root.with_name("elsewhere"))
        data_root.mkdir()

    monkeypatch.setattr(missing, "find_gone", find_gone_and_lose_storage)
    (data_root / PATH).unlink()
    with pytest.raises(TransientError, match="is its storage mounted"):
        discover()
    cube.refresh_from_db()
    assert cube.missing_since is None
    assert GoneFile.objects.get().told_at is None


def test_a_file_that_the_storage_gives_no_answer_about_is_not_gone(archive_cube):
    archive_cube()
    with no_answer_about("cube.fits", call="stat"):
        walk = discover()
    assert (walk.gone, walk.missing) == (0, 0)


def test_many_files_that_are_gone_at_once_are_held_back_until_that_is_allowed(
    archive_cube, data_root, settings, mailing
):
    cube = archive_cube()
    for number in range(30):
        copy_of(cube, str(number))
    for number in range(15):
        DataCube.objects.filter(oid=str(number)).update(relative_path=f"unmounted/{number}.fits")
    with pytest.raises(TransientError, match="15 of 31 files are gone"):
        discover()
    with pytest.raises(TransientError):
        discover()
    assert not DataCube.objects.exclude(missing_since=None).exists()
    [sent] = mail.outbox  # Not with each walk.
    assert "Is a part of the storage not mounted?" in sent.body
    assert "15 of 31 files are gone" in Walk.objects.first().error
    settings.DISCOVERY_MAX_MISSING = 0.5
    assert discover().missing == 15
    assert DataCube.objects.exclude(missing_since=None).count() == 15
