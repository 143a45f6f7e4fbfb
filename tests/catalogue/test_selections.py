"""Sets of cubes that visitors keep under a permanent address."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogue import selections
from catalogue.models import Selection
from datacubes.models import DataCube
from datacubes.withdrawal import withdraw
from tests.support.archived_cubes import copy_of

API = "/api/v1/selections/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def cubes(archive_cube) -> list[DataCube]:
    first = archive_cube(oid="a")
    return [first, copy_of(first, "b"), copy_of(first, "xyz1")]


def keep(client, *oids: str):
    return client.post(API, {"oids": list(oids)}, format="json")


def test_it_is_kept_without_an_account(cubes, anybody):
    kept = keep(anybody, "b", "a", "a")
    assert (kept.status_code, kept["Location"]) == (201, kept.json()["url"])
    assert kept.json()["n_cubes"] == 2
    found = anybody.get(kept.json()["url"]).json()
    assert found == kept.json()
    listed = anybody.get(found["data_cubes_url"]).json()["results"]
    assert {cube["oid"] for cube in listed} == {"a", "b"}
    assert b"download" in anybody.get(found["script_url"]).getvalue()


def test_its_page_is_the_catalogue_with_its_cubes(cubes, anybody, client):
    kept = keep(anybody, "a", "xyz1").json()
    page = client.get(kept["page_url"], follow=True)
    assert page.redirect_chain == [(f"/?selection={kept['key']}", 302)]
    text = page.content.decode()
    assert f"Selection {kept['key']} of 2 cubes" in text
    assert len(page.context["cubes"]) == 2


def test_a_withdrawn_cube_drops_out(cubes, anybody):
    kept = keep(anybody, "a", "b").json()
    withdraw(cubes[1], "Wrong.")
    assert anybody.get(kept["url"]).json()["n_cubes"] == 2
    assert [cube["oid"] for cube in anybody.get(kept["data_cubes_url"]).json()["results"]] == ["a"]


@pytest.mark.parametrize(
    "body",
    [{}, {"oids": []}, {"oids": "a"}, {"oids": ["x"]}, {"oids": ["a\0"]}, {"oids": [None]}, {"oids": ["a"] * 1001}, []],
)
def test_what_is_no_set_of_cubes_is_refused(cubes, anybody, body):
    assert anybody.post(API, body, format="json").status_code == 400
    assert not Selection.objects.exists()


def test_a_network_keeps_a_bounded_number_within_an_hour(cubes, anybody, monkeypatch):
    monkeypatch.setattr(selections, "MAX_IN_AN_HOUR", 2)
    assert [keep(anybody, "a").status_code for _ in range(3)] == [201, 201, 429]
    Selection.objects.update(kept_at=timezone.now() - timedelta(hours=2))
    assert keep(anybody, "a").status_code == 201


@pytest.mark.parametrize("address", [f"{API}none/", "/selections/none/", "/selections/%00/", f"{API}%00/"])
def test_an_unknown_one_is_not_found(cubes, anybody, address):
    assert anybody.get(address).status_code == 404


def test_an_unknown_one_is_no_filter(cubes, anybody, client):
    assert anybody.get("/api/v1/data-cubes/?selection=none").status_code == 400
    assert client.get("/?selection=none").status_code == 400


def test_the_page_keeps_what_was_ticked_or_all_that_was_found(cubes, client):
    for fields, oids in (({"oid": ["a", "b"], "query": ""}, ["a", "b"]), ({"query": "search=xyz1"}, ["xyz1"])):
        kept = client.post("/selections/", fields)
        assert kept.status_code == 302
        assert Selection.objects.latest("kept_at").oids == oids


def test_the_page_says_why_nothing_was_kept(cubes, client, monkeypatch):
    monkeypatch.setattr("catalogue.pages.selections.MAX_CUBES", 2)
    for query, reason in (("", "more than 2 cubes"), ("search=zzz", "1 to 1,000 cubes"), ("mu_from=x", "invalid")):
        refused = client.post("/selections/", {"query": query})
        assert (refused.status_code, reason in refused.content.decode()) == (400, True), query
