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

    assert statements(1) == statements(4)
    client.force_login(person)
    assert statements(1) == statements(4)


def test_cubes_are_counted_up_to_a_bound_and_on_the_first_page_only(five_cubes, client, monkeypatch):
    monkeypatch.setattr(catalogue, "PAGE_SIZE", 2)
    with CaptureQueriesContext(connection) as captured:
        first = client.get("/?instrument=CRISP")
    assert [
        statement["sql"] for statement in captured if "COUNT(" in statement["sql"] and "LIMIT 10001" in statement["sql"]
    ]
    assert "5 cubes" in first.content.decode()
    with CaptureQueriesContext(connection) as captured:
        second = client.get(f"/{first.context['next_query']}")
    assert not [statement["sql"] for statement in captured if "COUNT(" in statement["sql"]]
    assert "2 cubes on this page" in second.content.decode()


def test_many_cubes_are_more_than_ten_thousand(five_cubes, client, monkeypatch):
    monkeypatch.setattr(catalogue, "PAGE_SIZE", 2)
    monkeypatch.setattr("catalogue.totals.EXACT_UP_TO", 3)
    assert "more than 3 cubes" in client.get("/").content.decode()


def test_cubes_are_grouped_by_observation_with_their_total_size(five_cubes, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        page = client.get("/?group=observations")
    groups = page.context["groups"]
    assert sum(len(group.cubes) for group in groups) == 5
    assert all(group.n_cubes >= len(group.cubes) and group.size > 0 for group in groups)
    assert "in all" in page.content.decode()
    assert client.get("/?group=x").status_code == 400


def test_an_address_says_only_what_is_set(five_cubes, client):
    for query, clean in (
        ("?search=&instrument=CRISP&ordering=-date_beg&group=", "/?instrument=CRISP"),
        ("?ordering=date_beg&box=", "/?ordering=date_beg"),
        ("?search=", "/?"),
    ):
        assert client.get(f"/{query}").url == clean


def test_lines_are_offered_and_other_texts_stay(five_cubes, client):
    page = client.get("/?spectral_line=6173&spectral_line=H-alpha").content.decode()
    assert '<input type="checkbox" name="spectral_line" value="6173" checked>' in page
    assert "617.33 nm" in page
    assert 'id="id_spectral_line" value="H-alpha"' in page


def test_a_time_that_is_no_day_stays_visible(five_cubes, client):
    assert 'type="date" name="time_from" value="2019-04-19"' in client.get("/?time_from=2019-04-19").content.decode()
    assert 'type="text" name="time_from" value="2019-04"' in client.get("/?time_from=2019-04").content.decode()
