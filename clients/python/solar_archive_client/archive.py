"""The archive, as Python sees it."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from astropy.io import fits
from astropy.table import QTable, Row

from solar_archive_client import downloads, questions
from solar_archive_client.http import Connection
from solar_archive_client.submission.orders import Order, Orders, Patience, Refused
from solar_archive_client.submission.waiting import submit_and_wait
from solar_archive_client.tables import cubes_as_table

PAGE_SIZE = 200


class Archive:
    """A Solar archive.

    Parameters
    ----------
    url
        The archive's address, such as ``https://archive.example.org``.
    token
        The token of an account, for restricted files and for submission. It goes to this address only.

    Examples
    --------
    >>> from solar_archive_client import Archive
    >>> archive = Archive(url)
    >>> table = archive.search(time="2019-04", spectral_line="Fe I 6173")
    >>> table["date_beg"][0].isot
    '2019-04-19T17:34:55.504'
    >>> archive.header(table["oid"][0])["INSTRUME"]
    'CRISP'
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self._connection = Connection(url, token)
        self._token = token

    def __repr__(self) -> str:
        return f"Archive({self._connection.url!r})"

    def search(self, *, limit: int | None = 1000, **conditions: Any) -> QTable:
        """Return the cubes that match all conditions, the newest first, as a table with units and times.

        A table holds its rows, so `limit` bounds how many are asked for. `pages` gives the cubes of a long list
        a page at a time.

        Parameters
        ----------
        limit
            The largest number of cubes; None for all. ``table.meta["more"]`` tells whether there are more.
        time
            Begin and end, as ISO texts or `~astropy.time.Time`, or one text such as ``"2019-04"``: cubes that overlap.
        instrument, spectral_line, tags
            One or several. A line is found by name, wavelength or filter: ``"Ca II 8542"``, ``"854.2"``. A cube must
            match any of the instruments and lines, and all tags.
        wavelength
            A wavelength or a range, as Quantity.
        polarimetry
            Whether there are four Stokes parameters.
        position
            ``(x, y, radius)`` or ``(x_min, y_min, x_max, y_max)``, helioprojective, as Quantity or in arcsec.
        keywords
            FITS keywords: a mapping, or texts such as ``"XPOSURE<0.15"``.
        text, observation, ordering
            Part of the OID or file name; POINT_ID; the order, such as ``"date_beg"``.
        **conditions
            Other parameters of the API by name, such as ``r0_from=0.1`` or ``duration_from=600``.

        Raises
        ------
        WrongRequest
            If the archive does not accept a condition.
        """
        cubes: list[dict[str, Any]] = []
        more = False
        for page in self._pages(conditions, PAGE_SIZE if limit is None else min(PAGE_SIZE, max(limit, 1))):
            cubes += page
            if limit is not None and len(cubes) >= limit:
                more = len(cubes) > limit or bool(self._next)
                cubes = cubes[:limit]
                break
        table = cubes_as_table(cubes)
        table.meta |= {"archive": self._connection.url, "more": more}
        return table

    def pages(self, **conditions: Any) -> Iterator[QTable]:
        """Yield the cubes that match all conditions, a page at a time; conditions as of `search`."""
        return map(cubes_as_table, self._pages(conditions, PAGE_SIZE))

    def header(self, oid: str) -> fits.Header:
        """Return the FITS header of a cube.

        Raises
        ------
        NotFound
            If the archive has no such cube.
        """
        text = self._connection.bytes(f"{_path(oid)}header/", accept="text/plain").decode("utf-8")
        return fits.Header.fromstring(text, sep="\n")

    def open(self, oid: str) -> fits.HDUList:
        """Open the file of a cube over HTTP: headers and what `section` asks for are read, never the whole file.

        Needs ``fsspec`` with ``aiohttp`` (the extra ``cutouts``).

        Raises
        ------
        NotFound, NotAllowed
            If there is no such cube, or the file may not be read.
        """
        url = self._file_url(oid)
        options = {"client_kwargs": {"headers": self._connection.headers_for(url)}, "block_size": 2**20}
        return fits.open(url, use_fsspec=True, fsspec_kwargs=options, lazy_load_hdus=True)

    def download(
        self,
        cubes: QTable | Row | str | Iterable[str],
        folder: str | Path = ".",
        *,
        what: Sequence[str] = ("file",),
        whole_observations: bool = False,
        verify: bool = False,
        at_once: int = 4,
        progress: bool | None = None,
    ) -> list[Path]:
        """Download files of cubes, several at once, and return their paths.

        A file that is there with the right size is left alone. One that was cut short goes on where it stopped.

        Parameters
        ----------
        cubes
            A table of `search`, one of its rows, or OIDs.
        folder
            The folder for the files.
        what
            Any of ``"file"``, ``"companions"``, ``"pictures"`` (the largest preview) and ``"movies"``.
        whole_observations
            Also download the other cubes of the same observations.
        verify
            Check CHECKSUM and DATASUM of FITS files afterwards, which reads them whole.
        at_once
            Number of files at once.
        progress
            Show a bar; None: on a terminal only.

        Raises
        ------
        ArchiveError
            After all others are downloaded, with a line for each file that could not be.
        """
        oids = _oids(cubes)
        if whole_observations:
            oids = self._with_neighbours(oids)
        files = [file for oid in oids for file in downloads.files_of(self._connection.json(_path(oid)), what)]
        return downloads.download_all(
            self._connection, files, Path(folder), at_once=at_once, verify=verify, progress=progress
        )

    def submit(self, paths: str | Iterable[str], *, wait: bool = True, **fields: Any) -> list[Order]:
        """Order the ingestion of files below the archive's science data folder, and return the orders.

        Parameters
        ----------
        paths
            Paths below the science data folder of the server.
        wait
            Wait until all orders have ended.
        **fields
            Further fields of the request, such as ``force=True``.

        Raises
        ------
        Refused
            If the archive refuses a path.
        Stop
            If no request can succeed, for example because the token is wrong.
        """
        orders = Orders(self._connection.url, self._token or "", Patience())
        posted: dict[str, Order] = {}
        for path, answer in orders.post([paths] if isinstance(paths, str) else dict.fromkeys(paths), fields):
            if isinstance(answer, Refused):
                raise answer
            posted[path] = answer
        return submit_and_wait(orders, posted) if wait else list(posted.values())

    def token_for(self, url: str) -> str | None:
        """Return the token that an address may be given; None for addresses of other servers."""
        return self._connection.token_for(url)

    _next: str | None = None

    def _pages(self, conditions: dict[str, Any], size: int) -> Iterator[list[dict[str, Any]]]:
        path: str | None = "api/v1/data-cubes/"
        asked: dict[str, Any] | None = {**questions.parameters(**conditions), "page_size": size}
        while path:
            page = self._connection.json(path, asked)
            self._next, asked = page["next"], None
            yield page["results"]
            path = page["next"]

    def _with_neighbours(self, oids: list[str]) -> list[str]:
        found = dict.fromkeys(oids)
        for observation in dict.fromkeys(self._connection.json(_path(oid))["observation"] for oid in oids):
            for page in self._pages({"observation": observation}, PAGE_SIZE):
                found |= dict.fromkeys(cube["oid"] for cube in page)
        return list(found)

    def _file_url(self, oid: str) -> str:
        return downloads.files_of(self._connection.json(_path(oid)), ["file"])[0].url


def _path(oid: str) -> str:
    return f"api/v1/data-cubes/{quote(oid, safe='')}/"


def _oids(cubes: QTable | Row | str | Iterable[str]) -> list[str]:
    if isinstance(cubes, str):
        return [cubes]
    if isinstance(cubes, Row):
        return [str(cubes["oid"])]
    return [str(oid) for oid in (cubes["oid"] if isinstance(cubes, QTable) else cubes)]
