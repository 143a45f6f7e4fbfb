"""``/download-multiple`` of sst_archive leads to the script of the files."""

import pytest
from django.utils.http import urlencode

from catalogue import selections
from catalogue.models import Selection
from datacubes.models import Companion
from tests.predecessor.test_downloads import row
from tests.support.archived_cubes import RESTRICTED

pytestmark = pytest.mark.django_db


def address(*names: str) -> str:
    return f"/download-multiple?{urlencode({'files': names}, doseq=True)}"


@pytest.mark.parametrize("prefix", ["", "/sst_archive"])
def test_it_leads_to_the_script_for_ever(visitor, archive_cube, prefix):
    public = archive_cube(path="2019-04-19/CRISP/a.fits", oid="a")
    restricted = archive_cube(RESTRICTED, path="2019-04-19/CRISP/b.fits", oid="b")
    answer = visitor.get(prefix + address("a.fits", "b.fits"))
    assert answer.status_code == 301
    script = b"".join(visitor.get(answer["Location"]).streaming_content).decode()
    assert f"\ndownload {public.filename} " in script
    assert f"\nrestricted {restricted.filename} " in script


def test_the_same_files_lead_to_the_same_selection_in_any_order(visitor):
    row("a", "a.fits")
    row("b", "b.fits")
    links = [address("a.fits", "b.fits"), address("b.fits", "a.fits"), address("b.fits", "a.fits", "b.fits")]
    assert len({visitor.get(link)["Location"] for link in links}) == 1
    assert Selection.objects.get().oids == ["a", "b"]


def test_other_files_lead_to_another_selection(visitor):
    row("a,b", "a.fits")
    row("a", "b.fits")
    row("b", "c.fits")
    assert visitor.get(address("a.fits"))["Location"] != visitor.get(address("b.fits", "c.fits"))["Location"]


def test_files_that_the_script_would_lack_are_named(visitor):
    row("a", "a.fits")
    Companion.objects.create(
        oid="a", kind="sp", relative_path="sp.fits", filename="sp.fits", size=1, modified_ns=1, header_digest="x",
        product="p",
    )  # fmt: skip
    answer = visitor.get(address("a.fits", "<b>.fits", "sp.fits", "n\0l"))
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "&lt;b&gt;.fits" in page
    assert 'href="/data/a/sp.fits"' in page
    assert 'href="?files=a.fits"' in page
    assert not Selection.objects.exists()
    assert visitor.get("/download-multiple?files=a.fits").status_code == 301


@pytest.mark.parametrize(
    "query", ["", "?files=", "?files=&files=", "?other=a.fits", "?" + "&".join(f"files={n}" for n in range(201))]
)
def test_none_and_too_many_files_are_refused_with_a_sentence(visitor, query, django_assert_max_num_queries):
    with django_assert_max_num_queries(0):
        answer = visitor.get(f"/download-multiple{query}")
    assert answer.status_code == 404
    assert "1 to 200 are expected" in answer.content.decode()


def test_a_network_that_makes_many_selections_is_refused_but_not_those_that_are_there(visitor, monkeypatch):
    monkeypatch.setattr(selections, "MAX_IN_AN_HOUR", 1)
    row("a", "a.fits")
    row("b", "b.fits")
    assert visitor.get(address("a.fits")).status_code == 301
    refused = visitor.get(address("b.fits"))
    assert refused.status_code == 429
    assert "within an hour" in refused.content.decode()
    assert visitor.get(address("a.fits")).status_code == 301


def test_a_page_of_200_missing_names_stays_short(visitor):
    answer = visitor.get(address(*(f"{number}.fits" for number in range(200))))
    assert answer.status_code == 404
    assert "and 180 more" in answer.content.decode()
