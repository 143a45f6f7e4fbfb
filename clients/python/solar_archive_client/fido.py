"""A client of sunpy's Fido. To import this module registers it.

>>> from sunpy.net import Fido, attrs as a  # doctest: +SKIP
>>> import solar_archive_client.fido  # doctest: +SKIP
>>> Fido.search(a.Time("2019-04-19", "2019-04-20"), a.Instrument("CRISP"))  # doctest: +SKIP
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aiohttp import BasicAuth
from astropy import units as u
from parfive import Downloader
from sunpy.net import attrs as a
from sunpy.net.attr import AttrAnd, AttrOr, AttrWalker, DataAttr, and_
from sunpy.net.base_client import BaseClient, QueryResponseTable, convert_row_to_table

from solar_archive_client.archive import Archive
from solar_archive_client.attrs import Address, Polarimetry, SpectralLine, Tag
from solar_archive_client.settings import read_settings

PROVIDER = "solar-archive"
INSTRUMENTS = {"CRISP": "Crisp Imaging Spectropolarimeter", "CHROMIS": "Chromospheric Imaging Spectrometer"}
OWN_ATTRS = (SpectralLine, Polarimetry, Tag, Address)
LIMIT = 10_000

__all__ = ["SolarArchiveClient"]


class SolarArchiveResponse(QueryResponseTable):
    """The cubes that a search has found."""

    hide_keys = ["download_url", "url", "is_public", "filename", "observation", "spectral_line"]
    size_column = "size"


class _TokenAuth(BasicAuth):
    """A token for one file. parfive takes no headers for a file, and aiohttp takes nothing but a BasicAuth."""

    def encode(self) -> str:
        return f"Token {self.password}"


class SolarArchiveClient(BaseClient):
    """Searches a Solar archive.

    The archive's address comes from ``a.archive.Address``, from ``SOLAR_ARCHIVE_URL`` or from the settings file;
    see `solar_archive_client.settings`.
    """

    @property
    def info_url(self) -> str:
        """The address of the archive; empty if none is set."""
        return read_settings().url or ""

    def search(self, *query: Any) -> SolarArchiveResponse:
        """Return the cubes that match; the first `LIMIT` of each alternative."""
        found: list[Any] = []
        for conditions in _walker.create(and_(*query)):
            address = conditions.pop("address", None)
            table = self._archive(address).search(limit=LIMIT, **conditions)
            if table.meta["more"]:
                raise ValueError(f"The search finds more than {LIMIT} cubes: narrow it.")
            found += [{name: row[name] for name in table.colnames} | {"Provider": PROVIDER} for row in table]
        response = SolarArchiveResponse(found, client=self) if found else SolarArchiveResponse(client=self)
        if found:
            response = response[["date_beg", "date_end", "Provider", *_rest(response.colnames)]]
        return response

    @convert_row_to_table
    def fetch(self, query_results: QueryResponseTable, *, path: Any, downloader: Downloader, **kwargs: Any) -> None:
        """Add the files of the results to Fido's downloads."""
        for row in query_results:
            archive = self._archive(str(row["url"]).partition("/cubes/")[0].partition("/api/")[0])
            url = str(row["download_url"])
            if not url:
                continue
            name = Path(str(row["filename"])).name
            target = str(path).format(file=name, **row.response_block_map)
            token = archive.token_for(url)
            downloader.enqueue_file(url, filename=target, **({"auth": _TokenAuth("", token)} if token else {}))

    @classmethod
    def _can_handle_query(cls, *query: Any) -> bool:
        if not cls.check_attr_types_in_query(query, {a.Time}, {a.Instrument, a.Wavelength, a.Provider, *OWN_ATTRS}):
            return False
        providers = [attr.value.lower() for attr in query if isinstance(attr, a.Provider)]
        if providers:
            return providers == [PROVIDER]
        instruments = [attr.value.upper() for attr in query if isinstance(attr, a.Instrument)]
        return any(isinstance(attr, OWN_ATTRS) for attr in query) or any(one in INSTRUMENTS for one in instruments)

    @classmethod
    def _attrs_module(cls) -> tuple[str, str]:
        return "archive", "solar_archive_client.attrs"

    @classmethod
    def register_values(cls) -> dict[type, list[tuple[str, str]]]:
        """Return the values that ``a.Instrument`` and ``a.Provider`` offer."""
        return {
            a.Instrument: list(INSTRUMENTS.items()),
            a.Provider: [(PROVIDER, "A Solar archive, with data of ground-based solar telescopes.")],
        }

    def _archive(self, address: str | None) -> Archive:
        settings = read_settings()
        url = address or settings.url
        if not url:
            raise ValueError("No archive is known: set SOLAR_ARCHIVE_URL, or give a.archive.Address(…).")
        # A token belongs to the archive of the settings, not to any other address.
        return Archive(url, settings.token if url.rstrip("/") == (settings.url or "").rstrip("/") else None)


def _rest(names: Iterable[str]) -> list[str]:
    return [name for name in names if name not in ("date_beg", "date_end", "Provider")]


_walker = AttrWalker()


@_walker.add_creator(AttrOr)
def _create_or(walker: AttrWalker, query: AttrOr) -> list[dict[str, Any]]:
    return [conditions for alternative in query.attrs for conditions in walker.create(alternative)]


@_walker.add_creator(AttrAnd, DataAttr)
def _create_and(walker: AttrWalker, query: Any) -> list[dict[str, Any]]:
    conditions: dict[str, Any] = {}
    walker.apply(query, conditions)
    return [conditions]


@_walker.add_applier(AttrAnd)
def _apply_and(walker: AttrWalker, query: AttrAnd, conditions: dict[str, Any]) -> None:
    for attr in query.attrs:
        walker.apply(attr, conditions)


@_walker.add_applier(a.Time)
def _apply_time(walker: AttrWalker, attr: Any, conditions: dict[str, Any]) -> None:
    conditions["time"] = (attr.start.utc.isot, attr.end.utc.isot)


@_walker.add_applier(a.Wavelength)
def _apply_wavelength(walker: AttrWalker, attr: Any, conditions: dict[str, Any]) -> None:
    conditions["wavelength"] = (attr.min.to(u.nm), attr.max.to(u.nm))


@_walker.add_applier(a.Instrument)
def _apply_instrument(walker: AttrWalker, attr: Any, conditions: dict[str, Any]) -> None:
    conditions["instrument"] = attr.value.upper()


@_walker.add_applier(a.Provider)
def _apply_provider(walker: AttrWalker, attr: Any, conditions: dict[str, Any]) -> None:
    """The provider chooses the client; it is no condition."""


@_walker.add_applier(SpectralLine)
def _apply_line(walker: AttrWalker, attr: Any, conditions: dict[str, Any]) -> None:
    conditions["spectral_line"] = attr.value


@_walker.add_applier(Polarimetry)
def _apply_polarimetry(walker: AttrWalker, attr: Any, conditions: dict[str, Any]) -> None:
    conditions["polarimetry"] = attr.value


@_walker.add_applier(Tag)
def _apply_tag(walker: AttrWalker, attr: Any, conditions: dict[str, Any]) -> None:
    conditions["tags"] = [*conditions.get("tags", []), attr.value]


@_walker.add_applier(Address)
def _apply_address(walker: AttrWalker, attr: Any, conditions: dict[str, Any]) -> None:
    conditions["address"] = attr.value
