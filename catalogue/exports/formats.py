"""The formats in which a list of cubes is exported."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from catalogue.exports.columns import Row
from catalogue.exports.scripts import write_script, write_urls
from catalogue.exports.text_tables import write_csv, write_json_lines


@dataclass(frozen=True)
class ExportFormat:
    """A format of exports.

    Attributes
    ----------
    name
        The value of the parameter `format`.
    label
        The name for people.
    filename
        The name under which browsers save the export.
    """

    name: str
    label: str
    media_type: str
    filename: str
    write: Callable[[Iterable[Row]], Iterator[bytes]]


def _write_votable(rows: Iterable[Row]) -> Iterator[bytes]:
    from catalogue.exports.votable import write_votable  # Imports astropy, as the next does: few requests need it.

    return write_votable(rows)


def _write_fits(rows: Iterable[Row]) -> Iterator[bytes]:
    from catalogue.exports.fits_table import write_fits

    return write_fits(rows)


TABLES = (
    ExportFormat("csv", "CSV", "text/csv", "data-cubes.csv", write_csv),
    ExportFormat("votable", "VOTable", "application/x-votable+xml", "data-cubes.vot", _write_votable),
    ExportFormat("fits", "FITS table", "application/fits", "data-cubes.fits", _write_fits),
    ExportFormat("jsonl", "JSON lines", "application/jsonl", "data-cubes.jsonl", write_json_lines),
)
DOWNLOADS = (
    ExportFormat("sh", "Script for curl", "application/x-sh", "download.sh", write_script),
    ExportFormat("urls", "List of URLs", "text/uri-list", "download-urls.txt", write_urls),
)
EXPORT_FORMATS = {one.name: one for one in (*TABLES, *DOWNLOADS)}
