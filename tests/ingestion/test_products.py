"""Whose file is it: the products of an export, their re-exports, and cubes whose path holds another."""

import os
from pathlib import Path

import pytest
from django.core.management import call_command

from common.errors import PermanentError
from datacubes.models import Companion, DataCube
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import cube_filename, write_cube
from ingestion.conductor import IngestResult, ingest
from svo.models import Submission
from tests.support.cube_fixtures import SAMPLE_OID
from workorders.models import WorkOrderRun

pytestmark = pytest.mark.django_db

SHAPE = (1, 1, 2, 8, 8)
FOLDER = "2019-04-19/CRISP"
IM = cube_filename()
SP = IM.replace("_im.fits", "_sp.fits")
WB = "wb" + IM.removeprefix("nb")


@pytest.fixture
def write(data_root: Path):
    """Return a function that writes a product of an export, and returns its relative path."""

    def write(name: str, **options: object) -> str:
        write_cube(data_root / FOLDER / name, shape=SHAPE, **options)
        return f"{FOLDER}/{name}"

    return write


def outcomes(result: IngestResult) -> dict[str, str]:
    return {step.name: str(step.outcome) for step in result.steps}


def test_the_three_products_of_an_export_are_two_cubes_and_a_companion(write):
    results = {name: ingest(IngestRequest(write(name))) for name in (IM, SP, WB)}
    assert [results[name].oid for name in (IM, SP, WB)] == [SAMPLE_OID, SAMPLE_OID, f"{SAMPLE_OID}_wb"]
    assert set(DataCube.objects.values_list("oid", "filename")) == {(SAMPLE_OID, IM), (f"{SAMPLE_OID}_wb", WB)}
    assert DataCube.objects.values("observation").distinct().count() == 1
    companion = Companion.objects.get()
    assert (companion.oid, companion.kind, companion.relative_path) == (SAMPLE_OID, "sp", f"{FOLDER}/{SP}")
    assert outcomes(results[SP]) == {"companion": "created"}
    assert not DataCube.objects.get(oid=SAMPLE_OID).withdrawn_at


def test_a_companion_that_comes_first_is_stored_with_a_warning(write, client):
    result = ingest(IngestRequest(write(SP)))
    [warning] = result.warnings
    assert f"companion “sp” of the cube {SAMPLE_OID}, which the archive does not have yet" in warning
    assert not DataCube.objects.exists()
    ingest(IngestRequest(write(IM)))
    [shown] = client.get(f"/api/v1/data-cubes/{SAMPLE_OID}/").json()["companions"]
    assert (shown["kind"], shown["filename"]) == ("sp", SP)


def test_two_exports_in_a_folder_are_ingested_again_with_nothing_to_do(write):
    for name in (IM, SP, WB, *(name.replace("2021-05-28T15:08:12", "2022-01-01T00:00:00") for name in (IM, SP, WB))):
        write(name)
    call_command("ingest_fits_cube", FOLDER)
    files = set(DataCube.objects.values_list("filename", flat=True)) | {Companion.objects.get().filename}
    assert all("2022-01-01" in name for name in files)
    assert len(files) == 3
    call_command("ingest_fits_cube", FOLDER)
    runs = WorkOrderRun.objects.order_by("-id")[:6]
    assert {step["outcome"] for run in runs for step in run.steps} == {"skipped"}
    reasons = [run.steps[0]["reason"] for run in runs if "2021-05-28" in run.order.relative_path]
    assert all("The archive has a later export of this file" in reason for reason in reasons)
    assert len(reasons) == 3


def test_a_forced_older_export_replaces_the_later_one(write):
    ingest(IngestRequest(write(IM.replace("2021-05-28T15:08:12", "2022-01-01T00:00:00"))))
    ingest(IngestRequest(write(IM), force=True))
    assert DataCube.objects.get().filename == IM


def test_another_product_does_not_take_the_oid_of_an_existing_file(write, data_root):
    ingest(IngestRequest(write(IM)))
    other = write(IM.replace("_corrected", "_raw"))
    with pytest.raises(PermanentError, match="another product that still exists") as refused:
        ingest(IngestRequest(other))
    assert IM in str(refused.value)
    assert DataCube.objects.get().filename == IM
    (data_root / FOLDER / IM).unlink()
    ingest(IngestRequest(other))
    assert DataCube.objects.get().relative_path == other


def test_a_cube_that_moved_to_another_folder_is_the_same_cube(write, data_root):
    path = write(IM)
    ingest(IngestRequest(path))
    (data_root / "moved").mkdir()
    (data_root / path).rename(data_root / "moved" / IM)
    ingest(IngestRequest(f"moved/{IM}"))
    assert DataCube.objects.get().relative_path == f"moved/{IM}"


class TestAnOidThatChanges:
    """An order posted with an OID and later without; a re-export at the same path with another DATE-BEG."""

    @pytest.fixture
    def old(self, write, settings) -> DataCube:
        settings.SVO_API_URL, settings.SVO_USERNAME, settings.SVO_API_KEY = "http://127.0.0.1:1/api", "user", "key"
        return DataCube.objects.get(oid=ingest(IngestRequest(write(IM), oid="old")).oid)

    @pytest.fixture
    def result(self, old) -> IngestResult:
        return ingest(IngestRequest(f"{FOLDER}/{IM}"))

    def test_the_old_cube_is_withdrawn_and_the_order_says_so(self, result):
        assert [cube.oid for cube in DataCube.objects.all()] == [SAMPLE_OID]
        gone = DataCube.every.get(oid="old")
        assert gone.withdrawn_at is not None
        assert gone.replaced_by == SAMPLE_OID
        assert any("The cube old" in warning and "withdrawn" in warning for warning in result.warnings)

    @pytest.mark.usefixtures("result")
    def test_it_leaves_the_lists_and_the_svo(self, client):
        assert [cube["oid"] for cube in client.get("/api/v1/data-cubes/").json()["results"]] == [SAMPLE_OID]
        assert "/cubes/old/" not in client.get("/").content.decode()
        assert Submission.objects.get(oid="old").action == Submission.Action.REMOVE

    @pytest.mark.usefixtures("result")
    def test_its_page_says_what_it_was_and_what_replaces_it(self, client):
        response = client.get("/cubes/old/")
        page = response.content.decode()
        assert response.status_code == 200
        assert "Withdrawn" in page
        assert f'href="/cubes/{SAMPLE_OID}/"' in page
        assert IM in page

    @pytest.mark.usefixtures("result")
    def test_its_file_and_its_api_are_gone(self, client):
        assert client.get(f"/data/old/{IM}").status_code == 410
        answer = client.get("/api/v1/data-cubes/old/")
        assert answer.status_code == 410
        assert answer.json()["replaced_by"] == SAMPLE_OID

    @pytest.mark.usefixtures("result")
    def test_its_observation_follows_the_cubes_that_are_listed(self):
        observation = DataCube.objects.get().observation
        assert observation.date_beg == DataCube.objects.get().metadata.date_beg

    @pytest.mark.usefixtures("result")
    def test_it_is_listed_again_when_its_file_is_ingested_again(self, write):
        again = ingest(IngestRequest(write(f"again/{IM}"), oid="old"))
        assert set(DataCube.objects.values_list("oid", flat=True)) == {"old", SAMPLE_OID}
        assert any("listed again" in warning for warning in again.warnings)

    @pytest.mark.usefixtures("result")
    def test_a_further_run_withdraws_nothing(self):
        again = ingest(IngestRequest(f"{FOLDER}/{IM}"))
        assert again.warnings == []
        assert set(outcomes(again).values()) <= {"skipped"}


def test_a_file_that_was_only_touched_is_unchanged(write, data_root):
    path = write(IM)
    ingest(IngestRequest(path))
    os.utime(data_root / path, (1, 1))
    assert set(outcomes(ingest(IngestRequest(path))).values()) == {"skipped"}
    assert DataCube.objects.get().modified_ns == 10**9
