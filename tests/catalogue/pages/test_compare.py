"""Several cubes side by side."""

import pytest
from pytest_django import DjangoAssertNumQueries

from datacubes.models import DataCube
from tests.support.archived_cubes import RESTRICTED, copy_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cubes(archive_cube) -> list[DataCube]:
    first = archive_cube(oid="c0")
    return [first, *(copy_of(first, f"c{number}") for number in range(1, 8))]


def test_they_are_shown_in_the_order_of_the_address(cubes, client):
    page = client.get("/compare/?oid=c2&oid=c0&oid=none")
    assert [cube.oid for cube in page.context["cubes"]] == ["c2", "c0"]
    assert "CRISP Fe I 6173" in page.content.decode()


def test_at_most_six_are_shown_and_the_rest_is_said(
    cubes, client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    address = "/compare/?" + "&".join(f"oid={cube.oid}" for cube in cubes)
    with django_assert_max_num_queries(4):
        page = client.get(address)
    assert len(page.context["cubes"]) == 6
    assert "2 more were chosen" in page.content.decode()


def test_the_form_of_the_catalogue_leads_to_their_address(cubes, client):
    assert client.post("/compare/", {"oid": ["c1", "c/2 &"]}).url == "/compare/?oid=c1&oid=c%2F2+%26"


def test_without_cubes_the_page_says_how_to_choose_some(client):
    assert "Tick up to 6 cubes" in client.get("/compare/").content.decode()
    assert client.get("/compare/?oid=none").status_code == 404


def test_closed_previews_are_not_shown(archive_cube, client, settings):
    settings.PREVIEWS_OF_RESTRICTED_CUBES = False
    archive_cube(RESTRICTED, oid="closed")
    assert "<img" not in client.get("/compare/?oid=closed").content.decode()
