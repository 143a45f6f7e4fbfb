"""With PREVIEWS_OF_RESTRICTED_CUBES off, previews and plots are for those who may download the cube."""

import pytest

from datacubes.links import oid_in_url
from datacubes.models import DataCube
from svo.records import cubes_with_content, record_content
from tests.operations.test_hostile_headers import KNOWN
from tests.support.archived_cubes import RESTRICTED


@pytest.fixture
def cube(archive_cube, person, settings) -> DataCube:
    settings.PREVIEWS_OF_RESTRICTED_CUBES = False
    return archive_cube(RESTRICTED, owner_email_addresses=[person.email])


def files_of(cube: DataCube) -> list[str]:
    images = [preview.file.url for preview in cube.image_previews.all()]
    return [*images, cube.video_preview.file.url, cube.video_preview.poster.url]


def shown(client, cube: DataCube) -> set[str]:
    """Return the places that show something of the previews."""
    detail = client.get(f"/api/v1/data-cubes/{oid_in_url(cube.oid)}/").json()
    [listed] = client.get("/api/v1/data-cubes/").json()["results"]
    places = {
        "page": client.get(f"/cubes/{cube.oid}/").content.decode(),
        "list": client.get("/").content.decode(),
    }
    found = {name for name, text in places.items() if "/media/" in text or '<svg class="sparkline' in text}
    found |= {f"detail {name}" for name in ("images", "movie") if detail[name]}
    found |= {"detail plots"} if any(detail["plots"].values()) else set()
    found |= {"listed images"} if listed["images"] else set()
    return found | {url for url in files_of(cube) if client.get(url).status_code == 200}


def test_nobody_else_sees_anything_of_them(cube, anybody, client, person):
    assert shown(anybody, cube) == set()
    client.force_login(person)
    everything = shown(client, cube)
    assert everything >= {"page", "list", "detail images", "detail movie", "detail plots", "listed images"}
    assert everything >= set(files_of(cube))
    answer = client.get(files_of(cube)[0])
    assert answer["Cache-Control"] == "private, max-age=3600"


def test_metadata_stays_public(cube, anybody):
    assert anybody.get(f"/api/v1/data-cubes/{oid_in_url(cube.oid)}/").json()["n_scans"] == 2
    assert anybody.get(f"/cubes/{cube.oid}/").status_code == 200


def test_the_svo_has_no_thumbnail_of_it(cube, settings):
    [of_svo] = cubes_with_content()
    assert record_content(of_svo, KNOWN).location["thumbnail_url"] == ""
    settings.PREVIEWS_OF_RESTRICTED_CUBES = True
    [of_svo] = cubes_with_content()
    assert record_content(of_svo, KNOWN).location["thumbnail_url"]


@pytest.mark.parametrize("open_to_all", [True, False])
def test_previews_of_public_cubes_are_for_everybody(archive_cube, anybody, settings, open_to_all):
    settings.PREVIEWS_OF_RESTRICTED_CUBES = open_to_all
    cube = archive_cube()
    assert shown(anybody, cube) >= {"page", "list", "detail images", "detail movie", *files_of(cube)}


def test_related_cubes_are_closed_too(cube, archive_cube, anybody):
    archive_cube(path="other.fits", oid="other")
    assert "/media/" in anybody.get("/cubes/other/").content.decode()
    of_related = {url.rpartition("/")[2] for url in files_of(cube)}
    assert not any(name in anybody.get("/cubes/other/").content.decode() for name in of_related)
