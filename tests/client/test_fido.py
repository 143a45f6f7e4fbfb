"""sunpy's Fido finds and fetches cubes of an archive, alone and beside another client."""

from pathlib import Path
from typing import Any

import pytest
import solar_archive_client.fido
from astropy import units as u
from solar_archive_client.fido import SolarArchiveClient
from sunpy.net import Fido
from sunpy.net import attrs as a
from sunpy.net.base_client import BaseClient, QueryResponseTable, convert_row_to_table

from datacubes.models import DataCube
from tests.client.live_archive import cubes, token

__all__ = ["cubes", "token"]

pytestmark = pytest.mark.django_db(transaction=True)

YEARS = a.Time("2019-01-01", "2020-12-31")


class OtherClient(BaseClient):
    """A client of another data centre, which answers every search for its instrument with one file."""

    @property
    def info_url(self) -> str:
        return "https://other.example"

    def search(self, *query: Any) -> QueryResponseTable:
        return QueryResponseTable([{"Instrument": "OTHER", "Level": 1}], client=self)

    @convert_row_to_table
    def fetch(self, query_results: QueryResponseTable, *, path: Path, downloader: Any, **kwargs: Any) -> None:
        raise NotImplementedError

    @classmethod
    def _can_handle_query(cls, *query: Any) -> bool:
        return any(isinstance(attr, a.Instrument) and attr.value == "OTHER" for attr in query)


@pytest.fixture(autouse=True)
def address(live_server, cubes, monkeypatch, tmp_path) -> None:
    # sunpy's other clients ask servers that these tests cannot reach.
    for client in set(Fido.registry) - {SolarArchiveClient, OtherClient}:
        monkeypatch.delitem(Fido.registry, client)
    monkeypatch.setenv("SOLAR_ARCHIVE_URL", live_server.url)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("SOLAR_ARCHIVE_TOKEN", raising=False)


def oids(found: Any) -> list[str]:
    return sorted(str(oid) for oid in found["solararchive"]["oid"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ((YEARS, a.Instrument("CRISP")), ["a", "b/2"]),
        ((YEARS, a.Instrument("crisp"), a.Wavelength(6173 * u.AA)), ["a"]),
        ((YEARS, a.Instrument("CRISP"), a.Wavelength(853 * u.nm, 855 * u.nm)), ["b/2"]),
        ((YEARS, a.archive.SpectralLine("Ca II 8542")), ["b/2"]),
        ((YEARS, a.archive.Tag("Sunspot"), a.archive.Polarimetry(True)), ["a"]),
        ((a.Time("2019-01-01", "2019-12-31"), a.Provider("solar-archive")), ["a"]),
        ((YEARS, a.archive.SpectralLine("6173") | a.archive.SpectralLine("8542")), ["a", "b/2"]),
    ],
)
def test_cubes_are_found(query, found):
    result = Fido.search(*query)
    assert sorted(str(oid) for table in result for oid in table["oid"]) == found


def test_the_results_have_units_and_times():
    [table] = Fido.search(YEARS, a.archive.SpectralLine("6173"))
    assert table["wavelength_min"].unit == u.nm
    assert table["date_beg"][0].isot.startswith("2019-04-19T17:34:55")
    assert table["Provider"][0] == "solar-archive"
    assert table.total_size() > 0 * u.byte


def test_it_is_asked_beside_another_client():
    result = Fido.search(YEARS, a.Instrument("CRISP") | a.Instrument("OTHER"))
    assert {table.client.__class__.__name__ for table in result} == {"SolarArchiveClient", "OtherClient"}


@pytest.mark.parametrize(
    "query", [(YEARS, a.Instrument("AIA")), (YEARS,), (YEARS, a.Instrument("CRISP"), a.Provider("JSOC"))]
)
def test_searches_for_others_are_left_to_them(query):
    assert not SolarArchiveClient._can_handle_query(*query)


def test_files_are_fetched(tmp_path, live_server):
    result = Fido.search(YEARS, a.Instrument("CRISP"))
    files = Fido.fetch(result, path=str(tmp_path / "{instrument}" / "{file}"), progress=False)
    assert not files.errors
    assert {Path(file).name for file in files} == {"nb_6173_im.fits", "nb_8542_im.fits"}
    sizes = {cube.filename: cube.size for cube in DataCube.objects.all()}
    assert all(Path(file).stat().st_size == sizes[Path(file).name] for file in files)


def test_a_restricted_file_is_fetched_with_the_token_of_the_settings(tmp_path, live_server, token):
    result = Fido.search(a.Time("2021-01-01", "2021-12-31"), a.Instrument("CRISP"))
    assert Fido.fetch(result, path=str(tmp_path), progress=False, max_conn=1).errors
    (tmp_path / "solar-archive").mkdir()
    (tmp_path / "solar-archive" / "config.ini").write_text(f"[archive]\nurl = {live_server.url}\ntoken = {token}\n")
    files = Fido.fetch(result, path=str(tmp_path), progress=False)
    assert [Path(file).name for file in files] == ["closed_im.fits"]


def test_the_address_can_be_given(monkeypatch, live_server):
    monkeypatch.delenv("SOLAR_ARCHIVE_URL")
    with pytest.raises(ValueError, match="No archive is known"):
        SolarArchiveClient().search(YEARS, a.archive.SpectralLine("6173"))
    assert len(SolarArchiveClient().search(YEARS, a.archive.Address(live_server.url))) == 2
    assert solar_archive_client.fido.PROVIDER == "solar-archive"


def test_nothing_found_is_an_empty_table():
    assert len(SolarArchiveClient().search(a.Time("1999-01-01", "1999-01-02"), a.Instrument("CRISP"))) == 0
