"""What is done again, and what is skipped and why."""

import os

import pytest

from common.errors import PermanentError
from datacubes.models import DataCube
from datacubes.steps.base import IngestRequest
from devtools.fits_bytes import BLOCK, CARD, byte_sum, sealed
from devtools.sample_cubes import edit_keyword, write_cube
from ingestion.conductor import STEPS, IngestResult, ingest
from tests.support.raw_fits import tiny_cube

pytestmark = pytest.mark.django_db

FROM_HEADER = ["fits_header", "metadata", "tags"]


DATED = ("fits_header", "metadata", "tags", "plot_data", "image_previews", "video_previews")
"""Steps that are skipped if their source is as it was."""


def outcomes(result: IngestResult) -> dict[str, str]:
    return {step.name: str(step.outcome) for step in result.steps}


def reasons(result: IngestResult) -> dict[str, str]:
    return {step.name: step.reason for step in result.steps}


def all_are(result: IngestResult, outcome: str) -> bool:
    return {outcomes(result)[name] for name in FROM_HEADER} == {outcome}


def test_an_unchanged_cube_is_skipped_with_the_reason(place_cube):
    path = place_cube()
    first = ingest(IngestRequest(path))
    second = ingest(IngestRequest(path))
    assert all_are(second, "skipped")
    assert all("CHECKSUM" in reasons(second)[name] for name in FROM_HEADER)
    assert outcomes(second)["data_cube"] == outcomes(second)["data_access"] == "skipped"
    assert all(reasons(second).values())
    assert (second.oid, second.checksum, second.checksum_status) == (first.oid, first.checksum, "verified")


def test_nothing_is_written_for_an_unchanged_cube(place_cube):
    path = place_cube()
    ingest(IngestRequest(path))
    before = DataCube.objects.values().get()
    ingest(IngestRequest(path))
    assert DataCube.objects.values().get() == before


def test_a_changed_header_is_ingested(place_cube, data_root):
    path = place_cube()
    ingest(IngestRequest(path))
    edit_keyword(data_root / path, "FEATURES", "Filament")
    result = ingest(IngestRequest(path))
    assert all_are(result, "updated")
    assert result.checksum_status == "verified"
    assert list(DataCube.objects.get().tags.values_list("name", flat=True)) == ["Filament"]
    assert all_are(ingest(IngestRequest(path)), "skipped")


def test_force_runs_every_step_again(place_cube):
    path = place_cube()
    ingest(IngestRequest(path))
    DataCube.objects.get().tags.clear()
    result = ingest(IngestRequest(path, force=True))
    assert all_are(result, "updated")
    assert DataCube.objects.get().tags.count() == 2
    assert all_are(ingest(IngestRequest(path)), "skipped")


def test_without_a_checksum_a_cube_is_never_unchanged(place_cube):
    path = place_cube({"CHECKSUM": None})
    ingest(IngestRequest(path))
    for _ in range(2):
        result = ingest(IngestRequest(path))
        assert outcomes(result)["fits_header"] == outcomes(result)["metadata"] == "updated"
        assert (result.checksum, result.checksum_status) == (None, "absent")
        assert result.warnings == []


def test_a_header_with_a_stale_checksum_is_ingested_once(place_cube, data_root):
    path = place_cube()
    checksum = ingest(IngestRequest(path)).checksum
    edit_keyword(data_root / path, "FEATURES", "Filament", checksum=False)
    for outcome in ("updated", "skipped", "skipped"):
        result = ingest(IngestRequest(path))
        assert all_are(result, outcome)
        assert (result.checksum, result.checksum_status) == (checksum, "mismatch")
        [warning] = result.warnings
        assert checksum in warning
        assert "for example to add FEATURES or EVENTS" in warning
    assert [tag.name for tag in DataCube.objects.get().tags.all()] == ["Filament"]


@pytest.mark.parametrize("change", ["time", "size"])
def test_a_file_with_a_stale_checksum_is_ingested_again_when_it_is_written_again(place_cube, data_root, change):
    path = place_cube()
    edit_keyword(data_root / path, "FEATURES", "Filament", checksum=False)
    ingest(IngestRequest(path))
    status = (data_root / path).stat()
    if change == "size":
        with (data_root / path).open("ab") as file:
            file.write(bytes(2880))
        os.utime(data_root / path, ns=(status.st_atime_ns, status.st_mtime_ns))
    else:
        os.utime(data_root / path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert outcomes(ingest(IngestRequest(path)))["metadata"] == "updated"


def test_a_header_with_the_old_checksum_is_ingested_again_when_it_is_restored(place_cube, data_root):
    path = place_cube()
    ingest(IngestRequest(path))
    content = (data_root / path).read_bytes()
    edit_keyword(data_root / path, "OBJECT", "AR 12739", checksum=False)
    ingest(IngestRequest(path))
    (data_root / path).write_bytes(content)
    assert outcomes(ingest(IngestRequest(path)))["metadata"] == "updated"
    assert DataCube.objects.get().metadata.keywords["OBJECT"] == "AR 12738"


def with_checksum(content: bytes) -> bytes:
    """Add DATASUM and CHECKSUM to a file of one HDU whose header is one block."""
    datasum = byte_sum(content[BLOCK:])
    cards = content[: content.index(b"END".ljust(CARD))]
    for card in (b"CHECKSUM= '0000000000000000'", b"DATASUM = '%d'" % datasum, b"END"):
        cards += card.ljust(CARD)
    return sealed(cards.ljust(BLOCK), datasum) + content[BLOCK:]


def test_another_header_with_the_same_checksum_is_not_unchanged(data_root):
    # Two cards that change places leave the sum as it is.
    a, b = "A       = 1", "B       = 2"
    results = []
    for content in (tiny_cube(A=a, B=b), tiny_cube(A=b, B=a)):
        (data_root / "cube.fits").write_bytes(with_checksum(content))
        results.append(ingest(IngestRequest("cube.fits")))
    assert results[0].checksum == results[1].checksum
    assert [result.checksum_status for result in results] == ["verified", "verified"]
    assert outcomes(results[1])["metadata"] == "updated"


@pytest.mark.parametrize("step", [step for step in STEPS if step.name in DATED], ids=lambda step: step.name)
def test_a_new_version_of_a_step_runs_that_step_alone_again(place_cube, monkeypatch, step):
    path = place_cube()
    ingest(IngestRequest(path))
    monkeypatch.setattr(type(step), "version", 1_000_000)
    result = ingest(IngestRequest(path))
    # The cube's row holds the fingerprints. Tags that are as before are left alone.
    again = {name for name, outcome in outcomes(result).items() if outcome == "updated"}
    assert again == {"data_cube", step.name} - ({"tags"} if step.name == "tags" else set())
    assert all_are(ingest(IngestRequest(path)), "skipped")


def test_the_requests_own_values_are_applied_to_an_unchanged_cube(place_cube, data_root):
    path = place_cube()
    ingest(IngestRequest(path))
    with (data_root / path).open("ab") as file:
        file.write(bytes(2880))
    result = ingest(IngestRequest(path, owner_email_addresses=["a@su.se"], swedish_data=True))
    assert all_are(result, "skipped")
    assert outcomes(result)["data_cube"] == outcomes(result)["data_access"] == "updated"
    cube = DataCube.objects.get()
    assert cube.size == (data_root / path).stat().st_size
    assert cube.email_grants.get().email == "a@su.se"
    assert cube.group_grants.get().group.name == "Swedish User"


def test_an_unchanged_cube_without_tags_in_its_header_skips_the_tags(place_cube):
    path = place_cube({"FEATURES": "MISSING"})
    for _ in range(3):
        assert outcomes(ingest(IngestRequest(path)))["tags"] == "skipped"


def test_a_refused_file_leaves_the_cube_unchanged_for_the_next_time(place_cube, data_root):
    path = place_cube()
    ingest(IngestRequest(path))
    content = (data_root / path).read_bytes()
    edit_keyword(data_root / path, "INSTRUME", "IRIS")
    with pytest.raises(PermanentError):
        ingest(IngestRequest(path))
    (data_root / path).write_bytes(content)
    assert all_are(ingest(IngestRequest(path)), "skipped")


def test_a_table_of_coordinates_that_changes_is_read_again_although_the_primary_header_is_the_same(data_root):
    path = write_cube(data_root / "nb_6173_scans=0_im.fits", shape=(1, 1, 2, 4, 4), without={"WCS-TAB"})
    header = path.read_bytes()[: 9 * BLOCK]
    ingest(IngestRequest(path.name))
    before = DataCube.objects.get().metadata.size_x  # From the second description, in the header.
    tables = write_cube(data_root / "other" / path.name, shape=(1, 1, 2, 4, 4)).read_bytes()
    tables = tables[tables.index(b"XTENSION") :]
    primary = path.read_bytes()
    path.write_bytes(primary[: primary.index(b"XTENSION")] + tables)
    assert path.read_bytes().startswith(header)
    result = ingest(IngestRequest(path.name))
    assert outcomes(result)["fits_header"] == "skipped"
    assert outcomes(result)["metadata"] == "updated"
    assert DataCube.objects.get().metadata.size_x != before
    assert all_are(ingest(IngestRequest(path.name)), "skipped")


def test_a_table_of_coordinates_that_contradicts_its_checksum_is_never_unchanged(place_cube, data_root):
    path = place_cube()
    ingest(IngestRequest(path))
    edit_keyword(data_root / path, "REMARK", "Corrected.", extension="WCS-TAB", checksum=False)
    for _ in range(2):
        result = ingest(IngestRequest(path))
        assert (outcomes(result)["fits_header"], outcomes(result)["metadata"]) == ("skipped", "updated")


def test_a_good_copy_of_a_damaged_table_is_read_although_both_have_the_same_checksum(place_cube, data_root):
    path = place_cube()
    good = (data_root / path).read_bytes()
    ingest(IngestRequest(path))
    size = DataCube.objects.get().metadata.size_x
    table = good.index(b"XTENSION")
    data = table + BLOCK * ((good.index(b"END" + b" " * 77, table) - table) // BLOCK + 1)
    (data_root / path).write_bytes(good[:data] + b"\xff" * 800 + good[data + 800 :])
    damaged = ingest(IngestRequest(path, force=True))
    assert DataCube.objects.get().metadata.size_x is None
    assert [text for text in damaged.warnings if "do not agree with its DATASUM" in text]
    (data_root / path).write_bytes(good)
    result = ingest(IngestRequest(path))
    assert outcomes(result)["metadata"] == "updated"
    assert DataCube.objects.get().metadata.size_x == size
    assert all_are(ingest(IngestRequest(path)), "skipped")
