"""The page of a cube says whether its file can be had, and if not, until when, why, and whom to ask."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from datacubes.models import EmailGrant
from tests.support.archived_cubes import RESTRICTED

SAMPLE_PAGE = "/cubes/2019-04-19T17:34:55.50395_6173_0-4/"


@pytest.fixture
def file_box(visit):
    return lambda: visit(SAMPLE_PAGE).one("section", class_="download")


def test_a_public_file_can_be_downloaded(archive_cube, file_box, client):
    cube = archive_cube()
    button = file_box().one("a", class_="button")
    response = client.get(button.attributes["href"])
    assert sum(map(len, response.streaming_content)) == cube.size
    assert button.text.startswith("Download")
    assert "kB" in button.text
    assert file_box().one("span", class_="release").text == "Public"
    assert cube.filename in file_box().text


def test_a_restricted_file_says_until_when_why_and_whom_to_ask(archive_cube, file_box, settings):
    settings.ARCHIVE_CONTACT_EMAIL = "archive@observatory.example"
    archive_cube(RESTRICTED)
    box = file_box()
    assert [button.text for button in box.all("a", class_="button")] == ["Ask for access"]
    assert "Public from 2999-12-31" in box.text
    assert "Embargo of <b>A. Ake</b> & Co." in box.text
    assert box.one("a", href="mailto:archive@observatory.example")
    assert box.all("a")[0].attributes["href"] == f"/accounts/login/?next={SAMPLE_PAGE.replace(':', '%3A')}"


def test_a_file_without_release_date_says_so(archive_cube, file_box):
    archive_cube({"RELEASE": None})
    assert "No release date is known" in file_box().text
    assert "write to the archive’s staff" in file_box().text


def test_a_person_without_a_grant_is_informed(archive_cube, file_box, client, person):
    archive_cube(RESTRICTED)
    client.force_login(person)
    assert "Your account has no access." in file_box().text
    assert [button.text for button in file_box().all("a", class_="button")] == ["Ask for access"]


def test_a_person_with_a_grant_can_download(archive_cube, file_box, client, person, visit):
    cube = archive_cube(RESTRICTED)
    EmailGrant.objects.create(cube=cube, email=person.email)
    client.force_login(person)
    assert client.get(file_box().one("a", class_="button").attributes["href"]).status_code == 200
    assert file_box().one("span", class_="release").text == "Open to you, public from 2999-12-31"
    assert visit("/").one("article").one("span", class_="release").text == "Open to you, public from 2999-12-31"


def test_a_missing_file_is_not_offered(archive_cube, file_box):
    cube = archive_cube()
    cube.missing_since = datetime(2026, 1, 2, tzinfo=UTC)
    cube.save()
    assert "has been missing from the archive since 2026-01-02" in file_box().text
    assert file_box().all("a", class_="button") == []


def test_a_refused_download_leads_to_the_page_and_to_the_login(archive_cube, visit):
    cube = archive_cube(RESTRICTED)
    page = visit(f"/data/{cube.oid}/{cube.filename}", status=403)
    assert page.one("h1").text == "Not public yet"
    assert "2999-12-31" in page.text
    links = [link.attributes["href"] for link in page.one("main").all("a")]
    ask = f"/accounts/requests/ask/?cube={quote(cube.oid)}"
    assert links == [f"/accounts/login/?next={SAMPLE_PAGE.replace(':', '%3A')}", ask, SAMPLE_PAGE]
