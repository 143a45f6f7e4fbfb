"""Deleted cubes go from the SVO too, with their data locations, whatever stands in the way."""

import pytest
from django.db import transaction
from django.utils import timezone

from datacubes.models import DataCube
from svo.models import Submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def cubes(configured, archive_cube, send_all) -> list[DataCube]:
    """Three cubes that the SVO has."""
    cubes = [
        archive_cube({"DATE-BEG": f"2019-04-0{day}T00:00:00"}, path=f"{day}.fits", oid=f"cube {day}")
        for day in (1, 2, 3)
    ]
    send_all()
    configured.forget_requests()
    return cubes


def make_due() -> None:
    Submission.objects.update(due_at=timezone.now())


def test_cubes_that_are_deleted_together_read_the_list_once(cubes, configured, send_all):
    DataCube.objects.exclude(oid="cube 2").delete()
    assert send_all() == ["submitted", "submitted"]
    assert configured.oids("CRISP") == ["cube 2"]
    assert [location["used_by"] for location in configured.locations("CRISP")] == [["cube 2"]]
    # Two records are read and deleted, with a location each; the list has one page.
    assert configured.counts() == {"GET": 3, "DELETE": 4}
    assert Submission.objects.get().oid == "cube 2"


def test_a_location_that_another_record_uses_stays(cubes, configured, send_all):
    uri = configured.record("CRISP", "cube 1")["data_location"]["resource_uri"]
    configured.add_records("CRISP", [{"oid": "of others", "data_location": uri}])
    DataCube.objects.get(oid="cube 1").delete()
    send_all()
    assert configured.record("CRISP", "of others")["data_location"]["resource_uri"] == uri
    assert "cube 1" not in configured.oids("CRISP")


def test_a_location_is_removed_even_if_its_record_was_removed_by_an_earlier_attempt(cubes, configured, send_all):
    [location] = [one for one in configured.locations("CRISP") if one["used_by"] == ["cube 1"]]
    configured.answer(500, methods=["DELETE"], oids=[str(location["id"])], times=1)
    DataCube.objects.get(oid="cube 1").delete()
    assert send_all() == ["pending"]
    assert configured.oids("CRISP") == ["cube 2", "cube 3"]
    make_due()
    assert send_all() == ["submitted"]
    assert len(configured.locations("CRISP")) == 2


def test_a_removal_that_fails_does_not_stop_the_others(cubes, configured, send_all):
    configured.answer(400, {"error": "Odd."}, methods=["DELETE"], oids=["cube 2"])
    DataCube.objects.all().delete()
    assert sorted(send_all()) == ["failed", "submitted", "submitted"]
    assert configured.oids("CRISP") == ["cube 2"]
    assert len(configured.locations("CRISP")) == 1
    assert "Odd." in Submission.objects.get().error


def test_a_list_that_cannot_be_read_leaves_the_locations_for_later(cubes, configured, send_all):
    configured.answer(500, methods=["GET"], oids=["metadata_crisp"], times=1)
    DataCube.objects.all().delete()
    assert send_all() == ["pending"] * 3
    assert len(configured.locations("CRISP")) == 3
    make_due()
    assert send_all() == ["submitted"] * 3
    assert configured.locations("CRISP") == []


def test_a_deletion_that_is_taken_back_removes_nothing(cubes, configured, send_all):
    with transaction.atomic():
        DataCube.objects.all().delete()
        transaction.set_rollback(True)
    assert send_all() == []
    assert len(configured.oids("CRISP")) == 3


def test_a_cube_that_is_deleted_in_the_admin_is_removed(cubes, configured, send_all, admin_client):
    cube = DataCube.objects.get(oid="cube 3")
    admin_client.post(f"/admin/datacubes/datacube/{cube.pk}/delete/", {"post": "yes"})
    assert send_all() == ["submitted"]
    assert configured.oids("CRISP") == ["cube 1", "cube 2"]


def test_a_cube_that_was_never_sent_is_forgotten(configured, archive_cube, send_all):
    archive_cube()
    DataCube.objects.all().delete()
    assert send_all() == ["submitted"]
    assert not Submission.objects.exists()


def test_a_missing_dataset_fails_a_removal_because_its_name_may_be_wrong(cubes, send_all):
    Submission.objects.filter(oid="cube 1").update(dataset="NONE")
    DataCube.objects.get(oid="cube 1").delete()
    assert send_all() == ["failed"]
    assert "no dataset NONE" in Submission.objects.get(oid="cube 1").error


def test_a_404_of_another_server_does_not_end_a_removal(cubes, configured, send_all):
    configured.answer(404, b"<h1>404 Not Found</h1><hr>nginx")
    DataCube.objects.all().delete()
    assert send_all() == ["pending"] * 3
    assert "check SVO_API_URL" in Submission.objects.first().error
    configured.clear_faults()
    make_due()
    assert send_all() == ["submitted"] * 3
    assert configured.oids("CRISP") == configured.locations("CRISP") == []


def test_a_location_known_only_from_the_record_is_removed_by_a_later_attempt(cubes, configured, send_all):
    Submission.objects.update(location_uri="")
    configured.answer(500, methods=["GET"], oids=["metadata_crisp"], times=1)
    DataCube.objects.all().delete()
    assert send_all() == ["pending"] * 3
    make_due()
    assert send_all() == ["submitted"] * 3
    assert configured.locations("CRISP") == []


def test_an_ended_removal_is_not_ended_again_by_errors_of_others(cubes, configured, send_all, monkeypatch):
    configured.answer(400, {"error": "Odd."}, methods=["DELETE"], oids=["cube 1"])

    def fail(submission: Submission) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("svo.submission._forget", fail)
    DataCube.objects.all().delete()
    send_all()
    row = Submission.objects.get(oid="cube 1")
    assert row.attempts == 1
    assert "Odd." in row.error


def test_wrong_credentials_remove_nothing(cubes, configured, send_all):
    configured.answer(401, methods=["DELETE"])
    DataCube.objects.all().delete()
    assert send_all() == ["failed"] * 3
    assert len(configured.oids("CRISP")) == len(configured.locations("CRISP")) == 3
