"""The pages of GET /api/v1/data-cubes/: in each order, there and back, while cubes come and go."""

import base64
import json
from datetime import UTC, datetime

import pytest

from datacubes.models import DataCube
from tests.support.archived_cubes import copy_of

URL = "/api/v1/data-cubes/"


@pytest.fixture
def archive(archive_cube):
    """Seven cubes, some of which share time, wavelength, or size."""
    sample = archive_cube()
    for name, day, wavelength in zip("abcdefg", [1, 2, 2, 2, 3, 4, 4], [3, 1, 1, None, 2, 2, 1], strict=True):
        keywords = {"OBSERVER": "rare" if name in "af" else "frequent", "INSTRUME": "CRISP"}
        copy_of(
            sample,
            name,
            size=100 * (wavelength or 0),
            date_beg=datetime(2019, 4, day, tzinfo=UTC),
            wavelength_min=wavelength,
            keywords=keywords,
        )
    sample.delete()


def follow(client, link):
    """Return the pages from a link to the last, each as the OIDs on it."""
    pages = []
    while link:
        page = client.get(link).json()
        pages.append("".join(cube["oid"] for cube in page["results"]))
        link = page["next"]
    return pages


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("-date_beg", "gfedcba"),
        ("date_beg", "abcdefg"),
        ("wavelength", "dbcgefa"),
        ("-wavelength", "afegcbd"),
        ("size", "dbcgefa"),
        ("-size", "afegcbd"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_hold_each_cube_once_in_order(archive, anybody, ordering, expected, size):
    pages = follow(anybody, f"{URL}?ordering={ordering}&page_size={size}")
    assert pages == [expected[start : start + size] for start in range(0, len(expected), size)]


@pytest.mark.parametrize("ordering", ["-date_beg", "wavelength", "size"])
def test_the_way_back_shows_the_same_pages(archive, anybody, ordering):
    links = [f"http://testserver{URL}?ordering={ordering}&page_size=3"]
    forward, backward = [], []
    while links[-1]:
        page = anybody.get(links[-1]).json()
        forward.append([cube["oid"] for cube in page["results"]])
        links.append(page["next"])
    link = links[-2]
    while link:
        page = anybody.get(link).json()
        backward.append([cube["oid"] for cube in page["results"]])
        link = page["previous"]
    assert backward == forward[::-1]
    assert len(forward) == 3


@pytest.mark.parametrize("walk", [1, 2, 4, 7, 8])
@pytest.mark.parametrize("ordering", ["-date_beg", "date_beg", "wavelength", "-size"])
def test_a_rare_value_is_found_far_down_the_list(archive, anybody, monkeypatch, ordering, walk):
    rare = {"keyword": "OBSERVER:rare", "ordering": ordering, "page_size": 1}
    everything = "".join(follow(anybody, f"{URL}?ordering={ordering}"))
    monkeypatch.setattr("catalogue.filters.SHORT_WALK", walk)
    first = anybody.get(URL, rare).json()
    second = anybody.get(first["next"]).json()
    found = [cube["oid"] for page in (first, second) for cube in page["results"]]
    assert found == [oid for oid in everything if oid in "af"]
    assert second["next"] is None
    back = anybody.get(second["previous"]).json()
    assert (back["results"], back["previous"]) == (first["results"], None)


def test_the_first_page_has_none_before_it_and_the_last_none_after_it(archive, anybody):
    first = anybody.get(URL, {"page_size": 4}).json()
    last = anybody.get(first["next"]).json()
    assert (first["previous"], last["next"]) == (None, None)
    assert anybody.get(last["previous"]).json()["previous"] is None
    assert anybody.get(URL).json()["next"] is None


def test_links_keep_the_parameters(archive, anybody):
    link = anybody.get(URL, {"page_size": 2, "keyword": "INSTRUME:CRISP", "ordering": "date_beg"}).json()["next"]
    assert "page_size=2" in link
    assert "keyword=INSTRUME%3ACRISP" in link
    assert follow(anybody, link) == ["cd", "ef", "g"]


def test_added_and_removed_cubes_do_not_move_others(archive, archive_cube, anybody):
    first = anybody.get(URL, {"page_size": 3}).json()
    archive_cube({"DATE-BEG": "2019-05-01T00:00:00"}, path="new.fits", oid="N")
    DataCube.objects.get(oid="e").delete()
    DataCube.objects.get(oid="c").delete()
    assert follow(anybody, first["next"]) == ["dba"]


def test_a_page_is_found_after_its_last_cube_was_removed(archive, anybody):
    link = anybody.get(URL, {"page_size": 6}).json()["next"]
    DataCube.objects.get(oid="a").delete()
    page = anybody.get(link).json()
    assert page == {"next": None, "previous": None, "results": [], "total": None, "total_is_exact": None}


def test_an_archive_without_cubes_has_an_empty_page(db, anybody):
    empty = {"next": None, "previous": None, "results": [], "total": 0, "total_is_exact": True}
    assert anybody.get(URL).json() == empty


def cursor(*parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("ordering", "value"),
    [
        ("-date_beg", cursor("-date_beg", False, "soon", 1)),
        ("-date_beg", cursor("-date_beg", False, "0001-01-01T00:00:00+14:00", 1)),
        ("-date_beg", cursor("-date_beg", False, "2019-01-01T00:00:00+00:00", "1")),
        ("-date_beg", cursor("-date_beg", False, "2019-01-01T00:00:00+00:00", -1)),
        ("-date_beg", cursor("-date_beg", False, "2019-01-01T00:00:00+00:00", 2**63)),
        ("-date_beg", cursor("-date_beg", False, "2019-01-01T00:00:00+00:00", True)),
        ("-date_beg", cursor("-date_beg", 1, "2019-01-01T00:00:00+00:00", 1)),
        ("-date_beg", cursor("-date_beg", False, None, 1)),
        ("-date_beg", cursor("date_beg", False, "2019-01-01T00:00:00+00:00", 1)),
        ("-date_beg", cursor()),
        ("-date_beg", cursor({})),
        ("-date_beg", base64.b64encode(b"7").decode()),
        ("-date_beg", base64.b64encode(b"\xff\xfe").decode()),
        ("-date_beg", "A" * 10_000),
        ("-date_beg", base64.b64encode(b"[" * 200).decode()),
        ("wavelength", cursor("wavelength", False, float("nan"), 1)),
        ("wavelength", cursor("wavelength", False, float("inf"), 1)),
        ("wavelength", cursor("wavelength", False, 10**200, "x")),
        ("wavelength", cursor("wavelength", False, "1", 1)),
        ("size", cursor("size", False, 1.5, 1)),
        ("size", cursor("size", False, 2**64, 1)),
    ],
)
def test_an_invented_cursor_is_refused(db, anybody, ordering, value):
    response = anybody.get(URL, {"ordering": ordering, "cursor": value})
    assert response.status_code == 400
    assert list(response.json()) == ["cursor"]
