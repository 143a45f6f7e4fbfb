"""The catalogue goes on from page to page, and costs as many statements however long a page is."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogue.pages import catalogue
from datacubes.models import ImagePreview, PlotData
from tests.support.archived_cubes import copy_of


@pytest.fixture
def five_cubes(archive_cube):
    cube = archive_cube(oid="cube 0")
    for number in range(1, 5):
        copy = copy_of(cube, f"cube {number}", size=cube.size + number)
        image = ImagePreview(cube=copy, size_name="thumbnail", width=1, height=1, size=1)
        image.file.save("one.jpg", ContentFile(b"x"))
        PlotData.objects.create(cube=copy, sparkline="<svg></svg>")
        copy.tags.set(cube.tags.all())


def names(page):
    return [entry.one("h3").one("a").attributes["href"].split("%20")[1].strip("/") for entry in page.all("article")]


def test_next_and_previous_lead_through_all_cubes(five_cubes, visit, monkeypatch):
    monkeypatch.setattr(catalogue, "PAGE_SIZE", 2)
    pages = []
    page = visit("/?ordering=size&instrument=CRISP")
    while True:
        pages.append(names(page))
        following = page.all("a", rel="next")
        if not following:
            break
        page = visit(f"/{following[0].attributes['href']}")
    assert pages == [["0", "1"], ["2", "3"], ["4"]]
    page = visit(f"/{page.one('a', rel='prev').attributes['href']}")
    assert names(page) == ["2", "3"]
    assert "ordering=size" in page.one("a", rel="prev").attributes["href"]
    assert "instrument=CRISP" in page.one("a", rel="prev").attributes["href"]
    first = page.one("nav", aria_label="Pages of the catalogue").all("a")[0]
    assert (first.text, first.attributes["href"]) == ("First page", "?ordering=size&instrument=CRISP")


def test_a_short_catalogue_has_no_links_to_other_pages(five_cubes, visit):
    assert visit("/").all("nav", aria_label="Pages of the catalogue") == []


@pytest.mark.parametrize("cursor", ["nonsense", "%00", "W10", "ä"])
def test_a_damaged_link_to_a_page_says_so(five_cubes, visit, cursor):
    page = visit(f"/?cursor={cursor}", status=400)
    assert "damaged, or was made for another order" in page.one("div", role="alert").text


def test_a_large_page_takes_as_many_statements_as_a_small_one(five_cubes, client, person, monkeypatch):
    def statements(size):
        monkeypatch.setattr(catalogue, "PAGE_SIZE", size)
        with CaptureQueriesContext(connection) as captured:
            response = client.get("/?instrument=CRISP&tag=Pore")
        assert response.content.decode().count("<article") == size
        return len(captured)

    assert statements(1) == statements(5)
    client.force_login(person)
    assert statements(1) == statements(5)


def test_nothing_is_counted(five_cubes, client):
    with CaptureQueriesContext(connection) as captured:
        client.get("/?instrument=CRISP")
    assert not [statement["sql"] for statement in captured if "COUNT(" in statement["sql"]]
