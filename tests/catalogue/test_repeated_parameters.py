"""A parameter that is given twice means “any of them”, or is refused; it is never dropped."""

import pytest

from catalogue.filters import MULTIPLE_FILTERS, DataCubeFilter
from tests.support.archived_cubes import copy_of

LISTS = ("/api/v1/data-cubes/", "/")


@pytest.fixture
def lines(archive_cube):
    """Cubes of three lines."""
    cube = archive_cube()
    for line in ("3950", "8542"):
        copy_of(cube, f"of {line}", spectral_line=line)


@pytest.mark.usefixtures("lines")
def test_several_lines_are_any_of_them(client):
    found = client.get("/api/v1/data-cubes/?spectral_line=3950&spectral_line=8542").json()["results"]
    assert {cube["spectral_line"] for cube in found} == {"3950", "8542"}
    page = client.get("/?spectral_line=3950&spectral_line=8542").content.decode()
    assert "/cubes/of%203950/" in page
    assert "/cubes/of%208542/" in page
    assert "/cubes/2019-04-19" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize("name", sorted({*DataCubeFilter.base_filters, "ordering", "cursor"} - MULTIPLE_FILTERS))
def test_other_parameters_that_are_given_twice_are_refused_by_name(client, url, name):
    answer = client.get(f"{url}?{name}=1&{name}=2")
    assert answer.status_code == 400
    assert name in answer.content.decode()
    assert "several times" in answer.content.decode()


@pytest.mark.parametrize("name", ["status", "relative_path", "page_size"])
def test_so_are_those_of_the_list_of_orders(api, name):
    answer = api.get(f"/api/v1/work-orders/?{name}=queued&{name}=failed")
    assert answer.status_code == 400
    assert "several times" in answer.json()[name][0]
