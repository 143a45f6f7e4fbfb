"""A cube's page says how to cite it and how to use it."""

import subprocess

import pytest

from catalogue.pages.citations import citation_of, other_sites, ways_to_use
from datacubes.models import DataCube
from tests.support.archived_cubes import RESTRICTED
from tests.support.html import parse_html

pytestmark = pytest.mark.django_db


@pytest.fixture
def cube(archive_cube, settings) -> DataCube:
    settings.ARCHIVE_BASE_URL = "https://archive.example"
    cube = archive_cube(oid="2019_6173")
    instrument = cube.instrument
    instrument.credit, instrument.reference = "Institute & Co. {x}", "doi:10.1/a_b"
    instrument.acknowledgement = "We thank the <b>observers</b>."
    instrument.save()
    return DataCube.objects.get(pk=cube.pk)


def test_the_citation_has_who_what_when_and_the_permanent_address(cube):
    assert citation_of(cube).text == (
        "Institute & Co. {x} (2019): CRISP Fe I 6173 data cube of 2019-04-19 17:34:55 UTC, OID 2019_6173, "
        "https://archive.example/cubes/2019_6173/; instrument: doi:10.1/a_b."
    )


def test_bibtex_has_no_commands_of_values(cube):
    entry = citation_of(cube).bibtex
    assert entry.startswith("@misc{2019-6173,\n")
    assert "author = {{Institute \\& Co. \\{x\\}}}," in entry
    assert "doi:10.1/a\\_b" in entry
    assert entry.replace("\\{", "").replace("\\}", "").count("{") == entry.replace("\\{", "").replace("\\}", "").count(
        "}"
    )


def test_programs_quote_hostile_names(cube, tmp_path):
    DataCube.objects.filter(pk=cube.pk).update(filename="a'$(touch x) b.fits", oid='it\'s "x"')
    ways = dict(ways_to_use(DataCube.objects.select_related("instrument", "metadata").get(pk=cube.pk)))
    compile(ways["Python"], "page", "exec")
    shown = subprocess.run(
        ["sh", "-c", ways["curl"].replace("curl ", "printf '%s\\n' ", 1)], cwd=tmp_path, capture_output=True, text=True
    )
    assert "a'$(touch x) b.fits" in shown.stdout
    assert not (tmp_path / "x").exists()
    assert "'a''$(touch x) b.fits'" in ways["IDL"]


def test_other_sites_are_linked_for_the_same_time(cube):
    links = dict(other_sites(cube))
    assert "date=2019-04-19T17%3A34%3A55Z" in links["Helioviewer"]
    assert all(link.startswith("https://") for link in links.values())


def test_the_acknowledgement_stays_after_the_release(cube, client, archive_cube):
    page = parse_html(client.get(f"/cubes/{cube.oid}/").content.decode())
    assert "We thank the <b>observers</b>." in page.text
    archive_cube(RESTRICTED | {"RELEASE": "2020-01-01"}, path="b.fits", oid="b")
    text = parse_html(client.get("/cubes/b/").content.decode()).text
    assert ("Public" in text, "Embargo of <b>A. Ake</b> & Co." in text) == (True, True)
