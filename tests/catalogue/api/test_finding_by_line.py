"""GET /api/v1/data-cubes/ by spectral line, and GET /api/v1/spectral-lines/."""

import pytest

from cubefile.telescopes import SST
from datacubes.models import DataCube
from tests.support.archived_cubes import copy_of

URL = "/api/v1/data-cubes/"
STORED = ("3934", "3950", "4862", "6301", "6302", "6563", "8542", "Ca II 854.2 nm", "171", "Odd, name", "")


@pytest.fixture
def archive(archive_cube):
    """A cube of 6173, and one for each of STORED."""
    cube = archive_cube(oid="6173")
    for stored in STORED:
        copy_of(cube, stored or "none", spectral_line=stored)


@pytest.fixture
def found(archive, anybody):
    def ask(*texts):
        response = anybody.get(URL, {"spectral_line": texts})
        assert response.status_code == 200, response.content
        oids = [cube["oid"] for cube in response.json()["results"]]
        assert len(set(oids)) == len(oids)
        return set(oids)

    return ask


@pytest.mark.parametrize(
    "text", ["Ca II 8542", "8542", "854.2", "854.21 nm", "8542 Å", "8542Å", "8542 \N{ANGSTROM SIGN}", "CaII8542"]
)
def test_a_line_is_found_by_name_and_by_wavelength(found, text):
    assert found(text) == {"8542", "Ca II 854.2 nm"}


@pytest.mark.parametrize("text", ["H-alpha", "Hα", "h alpha", "Halpha", "H-alpha 6563", "6563", "656.28", "6562.8 Å"])
def test_a_line_with_a_greek_letter_is_found_in_each_spelling(found, text):
    assert found(text) == {"6563"}


def test_an_element_is_all_its_lines(found):
    assert found("Ca II") == {"3934", "3950", "8542", "Ca II 854.2 nm"}
    assert found("fe i") == {"6173", "6301", "6302"}


def test_neighbouring_lines_are_kept_apart(found):
    assert found("6301") == {"6301"}
    assert found("6302") == {"6302"}
    assert found("630") == {"6301", "6302"}
    assert found("Ca II K") == {"3934"}


def test_filters_of_the_same_line_are_found_together(found):
    assert found("4861") == found("H-beta") == {"4862"}


def test_several_lines_are_any_of_them(found):
    assert found("Ca II K", "617.33", "171") == {"3934", "6173", "171"}
    assert found("Ca II K, 617.33, 171") == {"3934", "6173", "171"}
    assert found("Ca II K, no such line") == {"3934"}


def test_a_text_that_names_no_line_is_compared_with_the_stored_names(found):
    assert found("171") == {"171"}
    assert found("Odd, name") == {"Odd, name"}
    assert found("no such line") == set()
    assert found("%") == set()


def test_cubes_have_the_name_of_their_line_for_people(archive, anybody):
    names = {cube["oid"]: cube["line"] for cube in anybody.get(URL).json()["results"]}
    assert names["6173"] == "Fe I 6173"
    assert names["3934"] == "Ca II K 3934"
    assert names["6563"] == "H-alpha 6563"
    assert names["Ca II 854.2 nm"] == "Ca II 854.2 nm"
    assert (names["171"], names["none"]) == ("", "")


def test_lines_are_listed_with_the_cubes_that_their_filter_finds(archive, anybody, found):
    lines = anybody.get("/api/v1/spectral-lines/").json()
    by_filter = {line["filter"]: line for line in lines}
    assert by_filter["8542"] == {"name": "Ca II 8542", "filter": "8542", "wavelength": 854.21, "n_cubes": 2}
    assert by_filter["171"] == {"name": "171", "filter": "171", "wavelength": None, "n_cubes": 1}
    assert by_filter["5896"]["n_cubes"] == 0
    assert set(by_filter) == {*SST.lines, *STORED} - {""}
    assert {line["filter"]: line["n_cubes"] for line in lines} == {name: len(found(name)) for name in by_filter}
    wavelengths = [line["wavelength"] for line in lines if line["wavelength"] is not None]
    assert wavelengths == sorted(wavelengths)


def test_withdrawn_cubes_are_not_counted(archive, anybody):
    DataCube.objects.filter(oid__in=["171", "6302"]).update(withdrawn_at="2020-01-01T00:00Z")
    counts = {line["filter"]: line["n_cubes"] for line in anybody.get("/api/v1/spectral-lines/").json()}
    assert counts["6302"] == 0
    assert "171" not in counts


def test_lines_take_few_statements(archive, anybody, django_assert_num_queries):
    with django_assert_num_queries(2):
        anybody.get("/api/v1/spectral-lines/")
