"""Lists of cubes as a shell script, and as a list of URLs, that download the files."""

import re
import shlex
from collections.abc import Iterable, Iterator
from importlib.resources import files

from django.conf import settings

from catalogue.exports.columns import Row

_SAFE = re.compile(r"[^A-Za-z0-9._=+,:-]")
_SCRIPT = files("catalogue.exports").joinpath("download.sh")


def write_script(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a POSIX shell script that downloads the cubes' files with curl, and goes on where it was stopped."""
    yield _SCRIPT.read_bytes()
    names = set[str]()
    for row in rows:
        name = _unused_name(row.cube.filename, names)
        if row.may_download:
            yield _command("download", name, str(row.cube.size), row.download_url)
        elif not row.download_url:
            yield _command("refused", name, "The file is missing from the archive at the moment.")
        else:
            yield _command("restricted", name, str(row.cube.size), row.download_url, refusal(row))
    yield b"finish\n"


def write_urls(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a line with the URL of each file; a comment for each file that the asking person may not download."""
    for row in rows:
        if row.may_download:
            yield f"{row.download_url}\n".encode()
        else:
            name = _SAFE.sub("_", row.cube.filename)
            yield f"# {name}: {refusal(row) if row.download_url else 'The file is missing.'}\n".encode()


def refusal(row: Row) -> str:
    """Return why a file is not public, and what to do."""
    date = row.access.release_date
    contact = settings.ARCHIVE_CONTACT_EMAIL or "the archive's staff"
    until = f"becomes public on {date}" if date else "has no release date yet"
    return f"This file {until}. Set SOLAR_ARCHIVE_TOKEN if you have been given access, or ask {contact}."


def _command(name: str, *arguments: str) -> bytes:
    return " ".join([name, *map(shlex.quote, arguments)]).encode() + b"\n"


def _unused_name(filename: str, names: set[str]) -> str:
    """Return a file name of harmless characters that no other file of the script has."""
    name = _SAFE.sub("_", filename).lstrip(".-")[:200] or "cube.fits"
    unused, number = name, 1
    while unused in names:
        number += 1
        unused = f"{number}_{name}"
    names.add(unused)
    return unused
