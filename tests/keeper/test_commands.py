"""The commands of the keeper."""

import os
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from keeper.models import AuditedFile, Walk
from tests.keeper.discovery.conftest import everything_at_once, wake_ups
from workorders.models import WorkOrder

__all__ = ["everything_at_once", "wake_ups"]

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options: object) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_discover_prints_what_differs_and_a_summary(place_cube, data_root):
    place_cube(path="a/b.fits")
    with open(os.fsencode(data_root) + b"/c\xff.fits", "wb"):
        pass
    assert run("discover", "a", "--dry-run").splitlines() == [
        "new: a/b.fits",
        "1 files, 1 new, 0 changed, 0 waiting, 0 gone, 0 missing, 0 returned, 0 refused",
    ]
    assert not Walk.objects.exists()
    lines = run("discover").splitlines()
    assert sorted(lines[:2]) == ["new: a/b.fits", "refused: c\\xff.fits (The name is not UTF-8. Rename the file.)"]
    assert lines[2].startswith("1 files, 1 new")
    assert lines[2].endswith("1 refused")
    assert WorkOrder.objects.get().relative_path == "a/b.fits"


def test_a_name_that_cannot_be_posted_is_logged_once(data_root, caplog):
    (data_root / "a.fits.gz").write_bytes(b"")
    run("discover")
    run("discover")
    assert [record.message for record in caplog.records if "a.fits.gz" in record.message] == [
        "discovery: “a.fits.gz” is not posted: “a.fits.gz” is compressed as a whole, so that no part of it can be read "
        "without the rest. Unpack it, or compress its image with fpack, which writes a “.fits.fz” file; then post that "
        "file."
    ]
    assert Walk.objects.first().refused == 1


@pytest.mark.parametrize(
    ("folder", "reason"), [("..", "is not below"), ("nowhere", "is not a folder"), ("/etc", "is not below")]
)
def test_discover_refuses_folders_elsewhere(folder, reason):
    with pytest.raises(CommandError, match=reason):
        run("discover", folder)


def test_discover_says_if_the_storage_is_away(data_root):
    data_root.rmdir()
    with pytest.raises(CommandError, match="science data folder cannot be read"):
        run("discover")


def test_audit_files_reads_all_or_some(archive_cube, data_root, rot):
    first, second = (archive_cube(path=f"{number}.fits", oid=str(number)) for number in range(2))
    assert run("audit_files", "0") == "1 whole\n"
    assert AuditedFile.objects.get().cube == first
    rot(data_root / second.relative_path)
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 2 files could not be found whole"):
        call_command("audit_files", stdout=out)
    assert out.getvalue().startswith("1.fits: damaged. The data do not agree with DATASUM of HDU 0")
    assert out.getvalue().endswith("1 whole, 1 damaged\n")
    with pytest.raises(CommandError, match="no cube with the OID nothing"):
        run("audit_files", "nothing")


def test_fixity_report_has_a_line_for_each_period(archive_cube):
    archive_cube()
    run("audit_files")
    lines = run("fixity_report").splitlines()
    assert [line.partition(":")[0] for line in lines] == ["day", "year", "all"]
    assert "1 files read" in lines[0]
    assert "1 of 1 files held (100.0 %" in lines[2]
