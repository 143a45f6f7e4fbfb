"""`Archive.search`, against an archive over HTTP."""

import doctest

import numpy as np
import pytest
import solar_archive_client.archive
from astropy import units as u
from astropy.table import QTable
from astropy.time import Time
from solar_archive_client import Archive, ArchiveUnavailable, NotFound, WrongRequest

from tests.client.live_archive import archive, cubes

__all__ = ["archive", "cubes"]

pytestmark = pytest.mark.django_db(transaction=True)


def oids(table: QTable) -> list[str]:
    return sorted(table["oid"])


def test_the_result_is_a_table_with_units_and_times(archive):
    table = archive.search()
    assert oids(table) == ["a", "b/2", "c"]
    row = table[table["oid"] == "a"][0]
    assert row["date_beg"].isot == "2019-04-19T17:34:55.504"
    assert isinstance(row["date_beg"], Time)
    assert row["wavelength_min"].unit == u.nm
    assert row["size_x"].to(u.deg) > 0 * u.deg
    assert (row["line"], row["tags"], bool(row["may_download"])) == ("Fe I 6173", "Sunspot", True)
    assert table.meta["more"] is False
    assert np.isfinite(table["size"].value).all()


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"time": ("2020-01-01", "2020-12-31")}, ["b/2"]),
        ({"time": "2019-04"}, ["a"]),
        ({"time": (Time("2019-01-01"), Time("2020-06-01"))}, ["a", "b/2"]),
        ({"spectral_line": "Ca II 8542"}, ["b/2"]),
        ({"spectral_line": ["6173", "8542"], "time": "2019"}, ["a"]),
        ({"wavelength": (853 * u.nm, 855 * u.nm)}, ["b/2"]),
        ({"wavelength": 8542 * u.AA}, ["b/2"]),
        ({"tags": "sunspot"}, ["a"]),
        ({"instrument": "CHROMIS"}, []),
        ({"polarimetry": True, "time": "2019"}, ["a"]),
        ({"keywords": {"FILTER1": 8542}}, ["b/2"]),
        ({"keywords": ["WAVEMIN>800"]}, ["b/2"]),
        ({"text": "closed_im"}, ["c"]),
        ({"duration_from": 500}, ["b/2", "c"]),
        ({"release": "restricted"}, ["c"]),
    ],
)
def test_conditions_are_those_of_the_archive(archive, conditions, found):
    assert oids(archive.search(**conditions)) == found


def test_a_place_is_a_circle_or_a_box_with_units(archive):
    row = archive.search(time="2019")[0]
    x, y = row["pointing_x"], row["pointing_y"]
    assert "a" in oids(archive.search(position=(x, y, 10 * u.arcsec)))
    assert oids(archive.search(position=(x + 2000 * u.arcsec, y, 1 * u.arcsec))) == []
    assert "a" in oids(archive.search(position=(x.to(u.arcmin) - 1 * u.arcmin, y - 60 * u.arcsec, x, y)))
    with pytest.raises(ValueError, match="3 values"):
        archive.search(position=(1, 2))


def test_a_limit_bounds_the_table_and_says_that_there_is_more(archive):
    table = archive.search(limit=2)
    assert (len(table), table.meta["more"]) == (2, True)
    assert [len(page) for page in archive.pages(ordering="date_beg")] == [3]


def test_an_empty_result_has_all_columns(archive):
    assert archive.search(time="1999").colnames == archive.search().colnames


def test_the_header_is_that_of_the_file(archive):
    header = archive.header("b/2")
    assert (header["FILTER1"], header["NAXIS"]) == ("8542", 5)


def test_errors_are_the_sentences_of_the_server(archive, live_server):
    with pytest.raises(WrongRequest, match=r"mu_from: Enter a number"):
        archive.search(mu_from="x")
    with pytest.raises(WrongRequest, match="not known"):
        archive.search(colour="red")
    with pytest.raises(NotFound):
        archive.header("none")
    with pytest.raises(ArchiveUnavailable, match="does not answer"):
        Archive("http://127.0.0.1:1").search()


def test_a_wrong_token_is_refused_in_words_and_not_shown(archive, live_server):
    closed = Archive(live_server.url, token="secret123")
    with pytest.raises(Exception, match="Invalid token") as refused:
        closed.search()
    assert "secret123" not in f"{refused.value!r} {closed!r} {vars(closed)['_connection']!r}"


@pytest.mark.parametrize("url", ["archive.example.org", "ftp://a", "https://a/?x=1", ""])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ValueError, match="is not an address"):
        Archive(url)


def test_the_examples_of_the_documentation_are_true(archive, live_server):
    failed, tried = doctest.testmod(solar_archive_client.archive, extraglobs={"url": live_server.url})
    assert (failed, tried > 3) == (0, True)
