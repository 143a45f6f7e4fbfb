"""The Atom feed, read back by feedparser."""

from datetime import date

import feedparser
import pytest

from datacubes.models import AccessRules, DataCube
from datacubes.withdrawal import change_all, withdraw
from keeper.events.kinds import Kind
from keeper.events.recording import record
from tests.support.archived_cubes import RESTRICTED, copy_of

pytestmark = pytest.mark.django_db


def read(client, query: str = "") -> feedparser.FeedParserDict:
    answer = client.get(f"/feed/{query}")
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.version == "atom10"
    return feed


def test_a_new_cube_is_an_entry_that_leads_to_its_page(client, archive_cube, settings):
    settings.ARCHIVE_BASE_URL = "https://archive.example"
    cube = archive_cube()
    feed = read(client)
    [entry] = feed.entries
    assert entry.title == "New: CRISP Fe I 6173 2019-04-19 17:34:55 UTC"
    assert entry.link == f"https://archive.example/cubes/{cube.oid}/"
    assert entry.id == f"{entry.link}#cube.ingested"
    assert cube.oid in entry.summary
    assert "public" in entry.summary
    assert entry.updated_parsed[:3] == cube.created_at.timetuple()[:3]
    assert {link.href for link in feed.feed.links} == {"https://archive.example/", "https://archive.example/feed/"}


def test_a_released_cube_is_another_entry(client, archive_cube):
    archive_cube(RESTRICTED)
    [entry] = read(client).entries
    assert "becomes public on 2999-12-31" in entry.summary
    AccessRules.objects.update(release_date=date(2020, 1, 1))
    released, new = read(client).entries
    assert released.title.startswith("Now public: CRISP")
    assert released.id != new.id


def test_the_filters_of_the_catalogue_choose(client, archive_cube):
    archive_cube()
    archive_cube({"OBSERVER": "A. Ake"}, path="b.fits", oid="b")
    assert [entry.link.split("/")[-2] for entry in read(client, "?observer=ake").entries] == ["b"]
    assert read(client, "?time_from=2030").entries == []
    assert "?observer=ake" in read(client, "?observer=ake").feed.link


def test_a_withdrawn_cube_has_no_entry(client, archive_cube):
    archive_cube()
    change_all(DataCube.every.all(), lambda cube: withdraw(cube, "Wrong."))
    assert read(client).entries == []


def test_the_feed_is_bounded_and_has_the_latest_first(client, archive_cube, monkeypatch):
    monkeypatch.setattr("keeper.events.feed.MAX_ENTRIES", 3)
    cube = archive_cube()
    for number in range(5):
        record(Kind.CUBE_INGESTED, oid=copy_of(cube, f"copy-{number}").oid)
    links = [entry.link.split("/")[-2] for entry in read(client).entries]
    assert links == ["copy-4", "copy-3", "copy-2"]


def test_a_cube_that_is_told_twice_has_one_entry(client, archive_cube):
    cube = archive_cube()
    record(Kind.CUBE_INGESTED, oid=cube.oid)
    assert len(read(client).entries) == 1


@pytest.mark.parametrize("query", ["?x=1", "?time_from=yesterday", "?observer=a&observer=b", "?tag=%00"])
def test_a_wrong_filter_is_refused_with_a_sentence(client, query):
    answer = client.get(f"/feed/{query}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.content.strip()


def test_a_reader_that_has_the_feed_gets_it_again_only_after_an_event(client, archive_cube):
    archive_cube()
    tag = client.get("/feed/").headers["ETag"]
    assert client.get("/feed/", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/feed/?observer=x", headers={"If-None-Match": tag}).status_code == 200
    record(Kind.CUBE_CHANGED, oid="x")
    assert client.get("/feed/", headers={"If-None-Match": tag}).status_code == 200


def test_the_catalogue_names_the_feed_of_its_search(client, archive_cube):
    archive_cube()
    page = client.get("/?instrument=CRISP&ordering=size&group=observations").content.decode()
    link = "/feed/?instrument=CRISP"
    assert f'<link rel="alternate" type="application/atom+xml" title="New cubes" href="{link}">' in page
    assert f'<a href="{link}">Atom feed</a>' in page
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("number", [1, 20])
def test_it_costs_the_same_for_any_number_of_cubes(client, archive_cube, number, django_assert_max_num_queries):
    cube = archive_cube()
    for index in range(number):
        record(Kind.CUBE_INGESTED, oid=copy_of(cube, str(index)).oid)
    read(client)
    with django_assert_max_num_queries(12):
        read(client)


def test_nobody_posts_to_it(client):
    assert client.post("/feed/").status_code == 405
