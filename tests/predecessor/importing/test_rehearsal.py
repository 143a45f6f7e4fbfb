"""A whole migration: the predecessor's database, its records in the SVO, and its files; then this archive as it is."""

import io
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from datacubes.models import DataCube, Instrument
from devtools.svo import SvoServer
from svo.models import InstrumentInSVO
from tests.svo.archive_fixtures import configured
from workorders import queue
from workorders.models import WorkOrder
from workorders.worker import carry_out

__all__ = ["configured"]

pytestmark = pytest.mark.django_db(transaction=True)

FORMER_URL = "https://dubshen.example/sst_archive/download/"


@pytest.fixture
def svo() -> Iterator[SvoServer]:
    with SvoServer() as server:
        yield server


@pytest.fixture
def former_records(configured: SvoServer) -> SvoServer:
    """The SVO with the records that the predecessor made, one of them of a cube whose file is gone."""
    InstrumentInSVO.objects.create(instrument=Instrument.objects.get(name="CHROMIS"), is_left_out=True)
    paths = {
        "embargoed": "2019-04-19/CRISP/embargoed.fits",
        "open": "2019-04-20/CRISP/open.fits",
        "gone": "2019-04-21/CRISP/gone.fits",
    }
    for oid, path in paths.items():
        location = {
            "dataset": "/service/api/svo/dataset/CRISP/",
            "file_url": f"{FORMER_URL}{oid}.fits",
            "file_size": 1,
            "file_path": path,
            "thumbnail_url": None,
            "offline": False,
        }
        configured.add_records("CRISP", [{"oid": oid, "date_beg": "2019-04-19T09:00:00", "data_location": location}])
    return configured


def work() -> None:
    while order := queue.claim("w"):
        carry_out(order)


def synchronise() -> str:
    out = io.StringIO()
    call_command("sync_with_svo", "--update-existing", "--instrument", "CRISP", stdout=out)
    return out.getvalue()


def log_in(email: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"username": email, "password": "granulation 42"})
    return client


def status_of(client: Client, oid: str) -> int:
    cube = DataCube.objects.get(oid=oid)
    return client.get(f"/data/{oid}/{cube.filename}").status_code


def test_a_whole_migration(import_all, files, former, former_records, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.EMAIL_VERIFICATION_WEEKS = 52_00
    before = {oid: former_records.record("CRISP", oid)["data_location"]["id"] for oid in ("embargoed", "open")}

    import_all()
    work()

    # The archive: the cubes with their OIDs, and one error of which staff know from the report.
    assert set(DataCube.objects.values_list("oid", flat=True)) == {"embargoed", "open", "no date"}
    assert list(WorkOrder.objects.filter(status="failed").values_list("relative_path", flat=True)) == [
        "2019-04-21/TRIPPEL/spectrum.fits"
    ]

    # Access: by the password, the verified address, the groups and the release dates of the predecessor.
    boss, asa, petra, anybody = log_in("boss@sst.example"), log_in("Asa@astro.example"), log_in("petra"), Client()
    assert [status_of(client, "embargoed") for client in (anybody, boss, petra, asa)] == [403, 403, 403, 200]
    assert [status_of(client, "no date") for client in (anybody, boss, petra, asa)] == [403, 403, 403, 200]
    assert [status_of(client, "open") for client in (anybody, boss, petra, asa)] == [200, 200, 200, 200]

    # A pipeline posts with its token of before, once staff have put it into the group.
    User.objects.get(username="pipeline").groups.add(Group.objects.get(name="Pipeline"))
    pipeline = APIClient()
    pipeline.credentials(HTTP_AUTHORIZATION="Token " + "3" * 40)
    assert pipeline.get("/api/v1/work-orders/").json()["results"]

    # The SVO: the records of before, with the addresses of now; without that of the file that is gone.
    printed = synchronise()
    assert "1 added, 2 updated, 1 removed" in printed, printed
    assert former_records.oids("CRISP") == ["embargoed", "no date", "open"]
    for oid, location in before.items():
        here = former_records.record("CRISP", oid)["data_location"]
        assert here["id"] == location
        assert here["file_url"] == f"https://archive.example/data/{oid}/{oid}.fits"
    names = [tag["name"] for tag in former_records.record("CRISP", "embargoed")["tags"]]
    assert {"Flare", "Jet", "Pore", "Sunspot"} <= set(names)

    # The addresses of before.
    for address in ("/download/embargoed.fits", "/sst_archive/download/embargoed.fits"):
        moved = anybody.get(address)
        assert (moved.status_code, moved.headers["Location"]) == (301, "/data/embargoed/embargoed.fits")
    moved = anybody.get("/observations/11")
    assert moved.status_code == 301
    assert b"embargoed" in anybody.get(moved.headers["Location"]).content

    # Once more: nothing happens twice.
    assert "nothing new" in import_all()
    assert not WorkOrder.objects.filter(status="queued").exists()
    assert "0 added, 0 updated, 0 removed" in synchronise()
