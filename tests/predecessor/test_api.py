"""What programs read from the API of sst_archive."""

from urllib.parse import quote

import pytest

from predecessor.addresses.numbers import remember_cubes

pytestmark = pytest.mark.django_db
PREFIXES = ["", "/sst_archive"]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("address", ["data_cube", "data_cube/", "data_cube/?page=1"])
def test_the_list_of_cubes_is_redirected(anybody, archive_cube, prefix, address):
    cube = archive_cube()
    answer = anybody.get(f"{prefix}/api/v1/{address}")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/data-cubes/")
    assert [row["oid"] for row in anybody.get(answer["Location"]).json()["results"]] == [cube.oid]


@pytest.mark.parametrize("query", ["page=2", "page=-1", "page=x", "page=%00", "oid=a", "page=1&format=json"])
def test_what_the_list_cannot_answer_names_the_new_address(anybody, query):
    answer = anybody.get(f"/api/v1/data_cube/?{query}")
    assert answer.status_code == 410
    assert "http://testserver/api/v1/data-cubes/" in answer.json()["detail"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_cube_is_found_by_its_number(anybody, archive_cube, prefix):
    cube = archive_cube(oid="a/b c")
    remember_cubes([(5, cube.oid, "cube.fits"), (6, "never ingested", "other.fits")])
    for end in ("", "/"):
        answer = anybody.get(f"{prefix}/api/v1/data_cube/5{end}")
        assert (answer.status_code, answer["Location"]) == (301, "/api/v1/data-cubes/a%2Fb%20c/")
    assert anybody.get(answer["Location"]).json()["oid"] == cube.oid


@pytest.mark.parametrize("number", ["6", "0", "-5", "x", "9" * 5000, str(2**63), "\0", "5/6", "//evil.example/"])
def test_a_number_without_a_cube_names_the_new_address(anybody, number):
    remember_cubes([(6, "never ingested", "other.fits")])
    answer = anybody.get(f"/api/v1/data_cube/{quote(number)}/")
    assert answer.status_code == 404
    assert "http://testserver/api/v1/data-cubes/" in answer.json()["detail"]
    assert "never ingested" not in answer.json()["detail"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_tag_names_the_lists_of_tags_and_of_its_cubes(anybody, archive_cube, prefix):
    archive_cube({"FEATURES": "Sunspot"})
    answer = anybody.get(f"{prefix}/api/v1/tags/Sunspot/")
    assert answer.status_code == 410
    detail = answer.json()["detail"]
    assert "http://testserver/api/v1/tags/." in detail
    cubes = "/api/v1/data-cubes/?tag=Sunspot"
    assert f"http://testserver{cubes}." in detail
    assert len(anybody.get(cubes).json()["results"]) == 1


@pytest.mark.parametrize("name", ["Absent", "x" * 5000, "\0", "<script>", "a/b", "//evil.example/"])
def test_a_tag_that_is_not_known_names_the_list(anybody, name):
    answer = anybody.get(f"/api/v1/tags/{quote(name)}/")
    assert answer.status_code == 404
    assert "http://testserver/api/v1/tags/" in answer.json()["detail"]
    assert "script" not in answer.json()["detail"]


def test_the_list_of_tags_is_at_its_address(anybody):
    assert anybody.get("/api/v1/tags/").status_code == 200
    assert anybody.get("/sst_archive/api/v1/tags/")["Location"] == "/api/v1/tags/"


def test_nothing_can_be_written(anybody):
    for address in ("data_cube/", "data_cube/5/", "tags/Sunspot/"):
        for method in ("post", "put", "patch", "delete"):
            assert getattr(anybody, method)(f"/api/v1/{address}").status_code in (401, 405)


def test_the_description_of_the_api_leaves_them_out(anybody):
    paths = anybody.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()["paths"]
    assert not [
        path for path in paths if "data_cube" in path or "sst_archive" in path or path.startswith("/api/v1/tags/{")
    ]
