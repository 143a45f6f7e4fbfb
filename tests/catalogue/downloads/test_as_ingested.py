"""What is sent is the file that was ingested: its access was decided by the header that it had then."""

import os
import time
from pathlib import Path

import pytest
from astropy.io import fits
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datacubes.links import download_path, oid_in_url
from datacubes.models import Companion, DataCube, Instrument
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import cube_filename, write_cube
from ingestion.conductor import ingest
from tests.cubefile.telescopes.solarnet_files import write_solarnet
from tests.support.archived_cubes import RESTRICTED
from workorders import queue
from workorders.models import WorkOrder
from workorders.worker import carry_out

REPLACED = "The file of this cube was replaced. The archive has not ingested the new one yet."
MISSING = "The file of this cube is missing from the archive at the moment."
SP = cube_filename().replace("_im.fits", "_sp.fits")


@pytest.fixture(autouse=True)
def wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the wake-ups instead of sending them to a broker."""
    sent: list[str] = []
    monkeypatch.setattr("workorders.changed_files.send_wake_up", lambda task: sent.append(task.name))
    return sent


@pytest.fixture(params=["", "/protected/"], ids=["sent from here", "sent by the web server"])
def prefix(request, settings) -> str:
    """Send the file from here, or by the web server in front."""
    settings.X_ACCEL_PREFIX = request.param
    return request.param


@pytest.fixture
def cube(archive_cube) -> DataCube:
    return archive_cube()


@pytest.fixture
def file(cube, data_root) -> Path:
    return data_root / cube.relative_path


def refused(client, cube: DataCube | Companion) -> str:
    """Ask for the file, and return why it is not found."""
    response = client.get(download_path(cube))
    assert response.status_code == 404
    assert "X-Accel-Redirect" not in response
    return response.json()["detail"]


def is_sent(client, cube: DataCube | Companion, file: Path, prefix: str) -> bool:
    """Whether the file comes, with the bytes that it has now."""
    response = client.get(download_path(cube))
    if prefix:
        return response.status_code == 200 and response["X-Accel-Redirect"].startswith(prefix)
    return response.status_code == 200 and response.getvalue() == file.read_bytes()


def end_order(status: str) -> WorkOrder:
    carry_out(queue.claim("w"))
    order = WorkOrder.objects.get()
    assert order.status == status
    return order


ANOTHER_CUBE = RESTRICTED | {"FILENAME": "nb_6173_2019_scans=5-9_im.fits"}


@pytest.mark.usefixtures("prefix")
@pytest.mark.parametrize("keywords", [ANOTHER_CUBE, RESTRICTED], ids=["another cube", "a re-export"])
def test_an_embargoed_file_in_the_place_of_a_public_one_is_not_sent(cube, anybody, place_cube, wake_ups, keywords):
    place_cube(keywords)
    assert refused(anybody, cube) == REPLACED
    order = WorkOrder.objects.get()
    assert (order.relative_path, order.status) == (cube.relative_path, "queued")
    assert wake_ups == ["workorders.tasks.sweep"]


@pytest.mark.parametrize(
    ("keywords", "status"), [(ANOTHER_CUBE, 410), (RESTRICTED, 403)], ids=["another cube", "a re-export"]
)
def test_once_the_new_file_is_ingested_its_access_rules_hold(cube, anybody, place_cube, keywords, status):
    place_cube(keywords)
    refused(anybody, cube)
    end_order("completed")
    assert anybody.get(download_path(cube)).status_code == status


@pytest.mark.usefixtures("prefix")
def test_a_replaced_file_is_answered_with_retry_after_while_its_order_is_pending(cube, anybody, place_cube):
    place_cube(RESTRICTED)
    refused(anybody, cube)
    for status in ("queued", "started"):
        if status == "started":
            queue.claim("w")
        assert WorkOrder.objects.get().status == status
        response = anybody.get(download_path(cube))
        assert response.status_code == 503
        assert response["Retry-After"] == "30"
        assert response.json() == {"detail": "A new version of this file is being ingested; try again later."}
        assert "X-Accel-Redirect" not in response


def test_a_file_that_cannot_be_ingested_is_queued_once_for_each_change(cube, file, anybody, place_cube, wake_ups):
    place_cube({"INSTRUME": "UNKNOWN"})
    refused(anybody, cube)
    end_order("failed")
    assert refused(anybody, cube) == REPLACED
    assert WorkOrder.objects.get().status == "failed"
    time.sleep(0.02)  # The file system's clock is up to 10 ms behind the one that orders are timed by.
    os.utime(file)
    assert refused(anybody, cube) == REPLACED
    assert WorkOrder.objects.get().status == "queued"
    assert len(wake_ups) == 2


@pytest.mark.django_db
def test_an_image_in_an_extension_is_identified_by_its_own_header(anybody, data_root, prefix):
    Instrument.objects.create(name="VISP", telescope="solarnet")
    path = write_solarnet(data_root, "VISP", {"RELEASE": "2020-01-01"}, fits.ImageHDU)
    cube = DataCube.objects.get(oid=ingest(IngestRequest(path)).oid)
    os.utime(data_root / path, (1, 1))
    assert is_sent(anybody, cube, data_root / path, prefix)
    write_solarnet(data_root, "VISP", {"RELEASE": "2999-01-01"}, fits.ImageHDU)
    assert refused(anybody, cube) == REPLACED


@pytest.mark.parametrize("content", [b"", b"no header", b"x" * 8640])
def test_a_file_without_a_header_counts_as_replaced(cube, file, anybody, content):
    file.write_bytes(content)
    assert refused(anybody, cube) == REPLACED
    assert WorkOrder.objects.get().status == "queued"
    cube.refresh_from_db()
    assert cube.missing_since is None


@pytest.mark.parametrize("recorded", [True, False], ids=["digest recorded", "ingested before digests were recorded"])
def test_a_file_that_was_touched_or_copied_is_sent(cube, file, anybody, prefix, recorded):
    if not recorded:
        DataCube.objects.update(modified_ns=None, header_digest="", product="")
    os.utime(file, (1, 1))
    assert is_sent(anybody, cube, file, prefix)
    copy = file.with_suffix(".new")
    copy.write_bytes(file.read_bytes())
    copy.replace(file)
    assert is_sent(anybody, cube, file, prefix)
    assert not WorkOrder.objects.exists()


def test_a_replaced_file_without_a_recorded_digest_is_not_sent(cube, anybody, place_cube):
    DataCube.objects.update(modified_ns=None, header_digest="", product="")
    place_cube(RESTRICTED)
    assert refused(anybody, cube) == REPLACED


@pytest.mark.parametrize("method", ["get", "head"])
def test_no_byte_or_condition_of_a_replaced_file_is_revealed(cube, anybody, place_cube, method):
    etag = anybody.get(download_path(cube))["ETag"]
    place_cube(RESTRICTED)
    for headers in ({"HTTP_RANGE": "bytes=0-9"}, {"HTTP_IF_NONE_MATCH": etag}, {"HTTP_IF_MATCH": etag}):
        response = getattr(anybody, method)(download_path(cube), **headers)
        assert response.status_code in (404, 503)
        assert not {"ETag", "Last-Modified", "Accept-Ranges", "Content-Range"} & set(response.headers)


def test_the_usual_download_takes_two_statements_and_does_not_read_the_header(cube, anybody, monkeypatch):
    monkeypatch.delattr("cubefile.cube.CubeFile")
    with CaptureQueriesContext(connection) as captured:
        assert anybody.get(download_path(cube)).status_code == 200
    assert len(captured) == 2  # The cube, and the recorded sum.


class TestCompanions:
    @pytest.fixture
    def companion(self, cube, data_root) -> Companion:
        write_cube(data_root / cube.relative_path.replace("cube.fits", SP), shape=(1, 1, 2, 8, 8))
        ingest(IngestRequest(cube.relative_path.replace("cube.fits", SP)))
        return Companion.objects.get(oid=cube.oid)

    def test_it_is_sent_where_its_cube_is_public(self, companion, anybody, data_root, prefix):
        assert is_sent(anybody, companion, data_root / companion.relative_path, prefix)

    def test_it_is_refused_where_its_cube_is_restricted(self, companion, archive_cube, anybody, prefix):
        archive_cube(RESTRICTED)
        response = anybody.get(download_path(companion))
        assert response.status_code == 403
        assert "X-Accel-Redirect" not in response

    def test_it_is_sent_to_those_who_may_have_its_cube(self, companion, archive_cube, person, client_of):
        archive_cube(RESTRICTED, owner_email_addresses=[person.email])
        assert client_of(person).get(download_path(companion)).status_code == 200

    def test_it_is_not_sent_once_it_was_replaced(self, companion, anybody, data_root):
        write_cube(data_root / companion.relative_path, shape=(1, 1, 2, 8, 8), keywords=RESTRICTED)
        assert refused(anybody, companion) == REPLACED
        assert WorkOrder.objects.get().relative_path == companion.relative_path

    def test_it_is_shown_as_missing_until_it_is_back(self, cube, companion, anybody, data_root, admin_client):
        file = data_root / companion.relative_path
        away = file.rename(file.with_suffix(".away"))
        assert refused(anybody, companion) == MISSING
        told = f"/api/v1/data-cubes/{oid_in_url(cube.oid)}/"
        assert anybody.get(told).json()["companions"][0]["download_url"] is None
        assert "has been missing from the archive since" in anybody.get(f"/cubes/{cube.oid}/").content.decode()
        assert "(missing)" in admin_client.get(f"/admin/datacubes/datacube/{cube.pk}/change/").content.decode()
        away.rename(file)
        assert ingest(IngestRequest(companion.relative_path)).steps[0].outcome == "updated"
        assert anybody.get(told).json()["companions"][0]["download_url"].endswith(file.name)
        assert ingest(IngestRequest(companion.relative_path)).steps[0].outcome == "skipped"

    def test_it_is_gone_with_its_cube(self, cube, companion, archive_cube, anybody):
        archive_cube(oid="another")
        assert anybody.get(download_path(companion)).status_code == 410


class TestAMissingFile:
    @pytest.fixture
    def away(self, cube, file, anybody, prefix) -> Path:
        """Move the file away, and ask for it."""
        away = file.with_suffix(".away")
        file.rename(away)
        assert refused(anybody, cube) == MISSING
        return away

    @pytest.mark.usefixtures("away")
    def test_it_is_shown_as_missing(self, cube, anybody, admin_client):
        detail = anybody.get(f"/api/v1/data-cubes/{oid_in_url(cube.oid)}/").json()
        [listed] = anybody.get("/api/v1/data-cubes/").json()["results"]
        for told in (detail, listed):
            assert told["access"]["may_download"] is False
            assert told["download_url"] is None
        assert "missing from the archive since" in anybody.get(f"/cubes/{cube.oid}/").content.decode()
        assert "File missing" in anybody.get("/").content.decode()
        admin_page = admin_client.get(f"/admin/datacubes/datacube/{cube.pk}/change/").content.decode()
        assert "File missing since" in admin_page

    def test_the_first_time_counts(self, cube, away, anybody):
        since = DataCube.objects.get().missing_since
        refused(anybody, cube)
        assert DataCube.objects.get().missing_since == since

    def test_it_is_found_again_by_a_download_that_works(self, cube, file, away, anybody, prefix):
        away.rename(file)
        assert is_sent(anybody, cube, file, prefix)
        assert DataCube.objects.get().missing_since is None
        told = anybody.get(f"/api/v1/data-cubes/{oid_in_url(cube.oid)}/").json()
        assert told["access"]["may_download"] is True

    def test_it_is_found_again_by_its_ingestion(self, cube, file, away):
        away.rename(file)
        ingest(IngestRequest(cube.relative_path))
        assert DataCube.objects.get().missing_since is None
