"""GET /api/v1/data-cubes/<oid>/svo/: what became of a cube on its way into the SVO."""

from urllib.parse import quote

import pytest

from svo.models import Submission

pytestmark = pytest.mark.django_db


def ask(client, oid: str) -> tuple[int, dict]:
    response = client.get(f"/api/v1/data-cubes/{quote(oid, safe='')}/svo/")
    return response.status_code, response.json()


def test_the_api_shows_the_current_state(configured, archive_cube, send_all, anybody):
    cube = archive_cube()
    status, place = ask(anybody, cube.oid)
    assert (status, place["state"], place["dataset"]) == (200, "pending", "CRISP")
    send_all()
    assert ask(anybody, cube.oid)[1]["state"] == "submitted"


def test_an_odd_oid_is_found(configured, archive_cube, anybody):
    archive_cube(oid="a/b %2e")
    assert ask(anybody, "a/b %2e")[1]["state"] == "pending"


def test_the_servers_messages_are_not_public(configured, archive_cube, send_all, anybody):
    configured.answer(400, {"error": "Odd."}, methods=["POST"])
    cube = archive_cube()
    send_all()
    place = ask(anybody, cube.oid)[1]
    assert place["state"] == "failed"
    assert "Odd." in Submission.objects.get().error
    assert "Odd." not in str(place)


def test_without_an_svo_it_is_not_submitted(archive_cube, anybody):
    assert ask(anybody, archive_cube().oid) == (200, {"state": "not_submitted", "dataset": None, "updated_at": None})


def test_a_cube_that_is_not_there_is_not_found(db, anybody):
    assert ask(anybody, "none")[0] == 404


def test_unknown_parameters_are_refused(archive_cube, anybody):
    response = anybody.get(f"/api/v1/data-cubes/{archive_cube().oid}/svo/?x=1")
    assert response.json() == {"x": ["This parameter is not known."]}
