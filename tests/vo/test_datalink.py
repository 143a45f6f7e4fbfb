"""DataLink: the links of a cube, and who may follow them."""

import io
from urllib.parse import urlsplit

import numpy as np
import pytest
from astropy.io.votable import parse_single_table
from django.db import transaction

from datacubes.models import Companion, DataCube
from datacubes.withdrawal import withdraw
from tests.support.archived_cubes import RESTRICTED
from vo.datalink import MAX_IDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def links(role, client):
    """Return the links of some IDs, as a list of rows."""

    def links(*identifiers: str) -> list[dict[str, object]]:
        answer = client.get("/datalink", {"ID": identifiers})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/x-votable+xml;content=datalink")
        table = parse_single_table(io.BytesIO(answer.content)).to_table()
        return [{name: "" if np.ma.is_masked(row[name]) else row[name] for name in table.colnames} for row in table]

    return links


def test_a_cube_has_its_file_header_page_and_previews_and_each_link_works(archive_cube, links, client):
    cube = archive_cube()
    found = links(cube.oid)
    semantics = [row["semantics"] for row in found]
    assert semantics[:3] == ["#this", "#auxiliary", "#documentation"]
    assert {"#thumbnail", "#preview-image", "#preview"} <= set(semantics)
    for row in found:
        answer = client.get(urlsplit(row["access_url"]).path)
        assert answer.status_code == 200, row
        assert answer["Content-Type"].partition(";")[0] == row["content_type"]
        if row["content_length"] not in ("", 0, -1):
            assert int(answer["Content-Length"]) == row["content_length"] or row["semantics"] == "#auxiliary"


def test_a_cube_is_known_by_its_publisher_did_too(archive_cube, links, rows):
    cube = archive_cube()
    DataCube.objects.filter(pk=cube.pk).update(oid="a b/é")
    [row] = rows("SELECT obs_publisher_did FROM ivoa.obscore")
    assert links(row["obs_publisher_did"])[0]["access_url"] == links("a b/é")[0]["access_url"] != ""


def test_a_restricted_file_is_listed_and_refused(archive_cube, links, client, settings):
    cube = archive_cube(RESTRICTED)
    this = links(cube.oid)[0]
    assert (this["link_auth"], bool(this["link_authorized"])) == ("true", False)
    assert client.get(urlsplit(this["access_url"]).path).status_code == 403
    settings.PREVIEWS_OF_RESTRICTED_CUBES = False
    assert {row["semantics"] for row in links(cube.oid)} == {"#this", "#auxiliary", "#documentation"}


def test_companions_are_listed(archive_cube, links):
    cube = archive_cube()
    Companion.objects.create(
        oid=cube.oid, kind="sp", relative_path="x_sp.fits", filename="x_sp.fits", size=5, modified_ns=0,
        header_digest="", product="",
    )  # fmt: skip
    [companion] = [row for row in links(cube.oid) if row["semantics"] == "#coderived"]
    assert companion["access_url"].endswith("/x_sp.fits")


def test_what_is_not_there_is_told_in_a_row_of_its_own(archive_cube, links, client):
    cube = archive_cube()
    [nothing, *_] = links("nothing", cube.oid)
    assert (nothing["ID"], nothing["error_message"][:14], nothing["access_url"]) == ("nothing", "NotFoundFault:", "")
    assert links("\x00<&>\x01")[0]["error_message"]
    DataCube.objects.update(missing_since="2020-01-01T00:00Z")
    assert "missing" in links(cube.oid)[0]["error_message"]
    with transaction.atomic():
        withdraw(cube, "It is wrong.")
    assert [row["error_message"][:14] for row in links(cube.oid)] == ["NotFoundFault:"]
    assert links() == []
    assert client.get("/datalink", {"ID": ["x"] * (MAX_IDS + 1)}).status_code == 400
    assert client.get("/datalink", {"ID": "x", "RESPONSEFORMAT": "image/png"}).status_code == 415


def test_an_answer_takes_few_statements_for_each_cube(archive_cube, links, client, django_assert_max_num_queries):
    cube = archive_cube()
    with django_assert_max_num_queries(4):
        client.get("/datalink", {"ID": cube.oid})
