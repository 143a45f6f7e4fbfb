"""Audits: what of a file's bits is compared, and what is an incident."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.utils import timezone

from common.errors import TransientError
from cubefile.hdu import read_hdu
from datacubes.models import Companion, DataCube
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import cube_filename, edit_keyword
from ingestion.conductor import ingest
from keeper.events.kinds import Kind
from keeper.fixity import slices
from keeper.fixity.audit import audit
from keeper.fixity.choosing import due_files
from keeper.fixity.records import accept, audit_of, damage_of, keep
from keeper.fixity.report import report
from keeper.fixity.results import Audit
from keeper.models import AuditDay, AuditedFile, Incident

pytestmark = pytest.mark.django_db

State = Incident.State


@pytest.fixture
def cube(archive_cube) -> DataCube:
    return archive_cube()


@pytest.fixture
def file(cube, data_root) -> Path:
    return data_root / cube.relative_path


@pytest.fixture
def outbox(settings) -> list:
    settings.ARCHIVE_CONTACT_EMAIL = "archive@su.se"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    return mail.outbox


def audited(held: DataCube | Companion, on_chunk=lambda size: None) -> Audit:
    found = audit(held, audit_of(held), on_chunk)
    keep(held, found, timezone.now())
    return found


def without_sums(path: Path) -> None:
    """Take the sums out of every HDU, so that only the SHA-256 tells of a changed byte."""
    content = path.read_bytes()
    path.write_bytes(content.replace(b"DATASUM ", b"NOTASUM ").replace(b"CHECKSUM", b"NOTCHECK"))


def test_the_first_audit_records_the_sum(cube, file):
    found = audited(cube)
    row = AuditedFile.objects.get()
    assert (found.result, found.details) == ("whole", "")
    assert (row.cube, row.result, row.sha256, row.size) == (cube, "whole", found.sha256, file.stat().st_size)
    assert row.modified_ns == file.stat().st_mtime_ns
    assert row.checked_at == row.tried_at
    assert not Incident.objects.exists()


def test_bits_that_changed_are_an_incident_told_once(cube, file, rot, told, outbox):
    audited(cube)
    rot(file)
    assert audited(cube).result == "damaged"
    incident = Incident.objects.get()
    assert (incident.oid, incident.relative_path, incident.state) == (cube.oid, cube.relative_path, State.OPEN)
    assert "do not agree with DATASUM of HDU" in incident.sentence
    assert "Its SHA-256 is " in incident.sentence
    assert damage_of(cube) == incident.found_at
    audited(cube)
    assert Incident.objects.count() == 1
    assert told() == [(Kind.FIXITY_FAILED, cube.oid, cube.relative_path)]
    [sent] = outbox
    assert sent.subject == f"Damaged file of {cube.oid}"
    assert cube.relative_path in sent.body
    rot(file, -1)  # More of it.
    audited(cube)
    assert Incident.objects.count() == len(outbox) == len(told()) == 2


def test_the_sum_alone_tells_of_a_file_without_datasum(place_cube, data_root, rot):
    path = place_cube()
    without_sums(data_root / path)
    ingest(IngestRequest(path))
    cube = DataCube.objects.get()
    assert audited(cube).result == "whole"
    rot(data_root / path)
    found = audited(cube)
    assert found.result == "damaged"
    assert found.details.startswith("Its SHA-256 is ")


def test_datasum_tells_of_damage_before_the_first_audit_and_a_mended_file_is_whole(cube, file, rot):
    good, before = file.read_bytes(), file.stat()
    rot(file)
    damaged = audited(cube)
    assert damaged.result == "damaged"
    assert "SHA-256" not in damaged.details
    file.write_bytes(good)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert audited(cube).result == "whole"
    assert Incident.objects.get().state == State.ENDED
    assert damage_of(cube) is None
    rot(file)
    assert "it was" in audited(cube).details


def test_a_header_that_changed_by_itself_is_an_incident(cube, file, rot):
    at = file.read_bytes().index(b"OBSERVER= '") + 11
    rot(file, at)
    found = audited(cube)
    assert found.result == "damaged"
    assert found.details == "Its header is not the ingested one, at the same size and modification time."


def test_a_file_that_can_no_longer_be_read_as_fits_is_an_incident(cube, file, rot):
    rot(file, 0)
    found = audited(cube)
    assert found.result == "damaged"
    assert "no longer can: The file does not begin with a SIMPLE card" in found.details
    assert found.sha256


def test_a_checksum_that_is_wrong_by_itself_is_a_note(place_cube, data_root):
    path = place_cube()
    edit_keyword(data_root / path, "OBSERVER", "Somebody", checksum=False)
    ingest(IngestRequest(path))
    found = audited(DataCube.objects.get())
    assert found.result == "whole"
    assert found.details.startswith("CHECKSUM of HDU 0 (Primary) does not agree, while the data do.")


def test_a_file_that_was_replaced_since_is_no_incident(cube, file, sample_cube):
    audited(cube)
    edit_keyword(file, "OBSERVER", "Somebody else")
    assert audited(cube).result == "replaced"
    assert not Incident.objects.exists()
    ingest(IngestRequest(cube.relative_path))
    cube.refresh_from_db()
    assert audited(cube).result == "whole"
    assert AuditedFile.objects.get().modified_ns == file.stat().st_mtime_ns


@pytest.mark.parametrize("how", ["replaced", "written to", "written to, with the old time", "removed", "cut short"])
def test_a_file_that_is_changed_during_its_audit_is_no_incident(cube, file, rot, how):
    audited(cube)
    before = file.stat()

    def change(size: int) -> None:
        if how == "replaced":
            file.with_name("other").write_bytes(b"another file")
            file.with_name("other").replace(file)
        elif how == "removed":
            file.unlink()
        elif how == "cut short":
            os.truncate(file, 5760)
        else:
            rot(file)
            if how == "written to":
                os.utime(file)

    found = audited(cube, change)
    assert found.result == "replaced"
    assert not Incident.objects.exists()
    row = AuditedFile.objects.get()
    assert (row.size, row.modified_ns) == (before.st_size, before.st_mtime_ns)
    assert row.checked_at < row.tried_at


def test_a_file_that_is_absent_is_no_incident(cube, file, data_root):
    (data_root / "README").write_text("")
    file.unlink()
    assert audited(cube).result == "absent"
    assert not Incident.objects.exists()


def test_a_copy_of_the_same_content_keeps_its_sum_and_is_no_incident(cube, file):
    first = audited(cube).sha256
    os.utime(file)
    second = audited(cube)
    assert (second.result, second.sha256) == ("whole", first)


def test_a_file_that_cannot_be_read_counts_as_an_error(cube, monkeypatch):
    def fail(*arguments):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("cubefile.sums.os.preadv", fail)
    found = audited(cube)
    assert found.result == "unreadable"
    assert found.details == "The file cannot be read at byte 0: Input/output error."
    assert not Incident.objects.exists()
    assert AuditDay.objects.get().errors == 1


def test_storage_that_is_away_is_no_result(cube, data_root):
    data_root.rename(data_root.with_name("elsewhere"))
    data_root.mkdir()
    with pytest.raises(TransientError):
        audited(cube)
    assert not AuditedFile.objects.exists()


def test_an_accepted_incident_is_not_told_again(cube, file, rot, told):
    audited(cube)
    rot(file)
    audited(cube)
    assert accept([Incident.objects.get().pk]) == 1
    assert damage_of(cube) is None
    audited(cube)
    assert Incident.objects.get().state == State.ACCEPTED
    assert len(told()) == 1


def test_a_companion_is_audited_as_a_cube_is(cube, place_cube, data_root, rot):
    name = cube_filename().replace("_im.fits", "_sp.fits")
    ingest(IngestRequest(place_cube({"FILENAME": name}, name)))
    companion = Companion.objects.get()
    assert audited(companion).result == "whole"
    rot(data_root / name)
    assert audited(companion).result == "damaged"
    assert Incident.objects.get().relative_path == name
    assert damage_of(cube) is None


def test_a_cube_that_is_deleted_during_its_audit_leaves_nothing(cube):
    found = audit(cube, None, lambda size: None)
    held = DataCube.objects.get()
    cube.delete()
    keep(held, found, timezone.now())
    assert not AuditedFile.objects.exists()


def test_files_without_an_audit_come_first_then_the_oldest(archive_cube):
    cubes = [archive_cube(path=f"{number}.fits", oid=str(number)) for number in range(4)]
    now = timezone.now()
    for cube, days in ((cubes[0], 2), (cubes[1], 5), (cubes[2], 0.5)):
        AuditedFile.objects.create(cube=cube, result="whole", tried_at=now - timedelta(days=days))
    order = []
    for held in due_files():
        order.append(held.oid)
        audited(held)
    assert order == ["3", "1", "0"]


def test_a_slice_ends_after_its_time_and_the_next_goes_on(archive_cube, monkeypatch, settings):
    settings.FIXITY_MB_PER_SECOND = 1000
    for number in range(3):
        archive_cube(path=f"{number}.fits", oid=str(number))
    monkeypatch.setattr(slices, "SLICE_SECONDS", 0)
    assert [slices.audit_slice() for _ in range(4)] == [1, 1, 1, 0]
    assert AuditedFile.objects.filter(result="whole").count() == 3


def test_a_slice_keeps_to_its_rate(cube, settings):
    settings.FIXITY_MB_PER_SECOND = cube.size / 1e6 / 0.5  # The file takes half a second.
    began = timezone.now()
    assert slices.audit_slice() == 1
    assert (timezone.now() - began).total_seconds() >= 0.5


def test_an_interrupted_audit_is_made_again_from_the_begin(cube, settings, monkeypatch):
    settings.FIXITY_MB_PER_SECOND = 1000

    class Killed(BaseException):
        pass

    def kill(rate: float, tick: object):
        def wait(size: int) -> None:
            raise Killed

        return wait

    with monkeypatch.context() as killed:
        killed.setattr(slices, "pace", kill)
        with pytest.raises(Killed):
            slices.audit_slice()
    assert not AuditedFile.objects.exists()
    assert slices.audit_slice() == 1


def test_the_report_counts_files_bytes_errors_and_coverage(archive_cube, data_root, rot):
    cubes = [archive_cube(path=f"{number}.fits", oid=str(number)) for number in range(4)]
    rot(data_root / "0.fits")
    for cube in cubes[:3]:
        audited(cube)
    audited(cubes[1])
    AuditDay.objects.create(day=timezone.now().date() - timedelta(days=100), files=5, bytes=10, errors=1)
    today, every = report(timedelta(days=1)), report(None)
    size = cubes[0].size
    assert (today.files, today.bytes, today.errors, today.incidents) == (4, 4 * size, 1, 1)
    assert (today.held, today.held_bytes, today.covered, today.coverage) == (4, 4 * size, 3, 0.75)
    assert (every.files, every.bytes, every.errors) == (9, 4 * size + 10, 2)


def test_hdus_are_read_by_our_own_reader(cube, file, monkeypatch):
    """Nothing of a file that may be damaged is given to astropy."""
    monkeypatch.setattr("astropy.io.fits.open", None)
    monkeypatch.setattr("astropy.io.fits.Header.fromstring", None)
    assert audited(cube).result == "whole"
    assert read_hdu.__module__ == "cubefile.hdu"
