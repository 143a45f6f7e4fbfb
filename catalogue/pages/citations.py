"""How to cite a cube, and how to use it: texts for people to copy."""

import re
import shlex
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings

from catalogue.links import cube_page_path
from datacubes.links import download_path
from datacubes.models import DataCube

_SPECIAL_IN_TEX = re.compile(r"([#$%&_{}])")
_UNSAFE_IN_KEY = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Citation:
    """A citation as a sentence and as an entry of BibTeX."""

    text: str
    bibtex: str


def citation_of(cube: DataCube) -> Citation:
    """Return how to cite a cube. The cube's page is its permanent address."""
    instrument, day = cube.instrument, cube.metadata.date_beg
    credit = instrument.credit or "Solar archive"
    title = f"{instrument.name} {cube.metadata.line_in_titles} data cube of {day:%Y-%m-%d %H:%M:%S} UTC".replace(
        "  ", " "
    )
    page = page_url(cube)
    text = f"{credit} ({day:%Y}): {title}, OID {cube.oid}, {page}"
    if instrument.reference:
        text += f"; instrument: {instrument.reference}"
    entry = {
        "author": f"{{{_tex(credit)}}}",
        "title": _tex(title),
        "year": f"{day:%Y}",
        "howpublished": f"\\url{{{page}}}",
        "note": _tex(f"OID {cube.oid}" + (f"; instrument: {instrument.reference}" if instrument.reference else "")),
    }
    fields = "".join(f"  {name} = {{{value}}},\n" for name, value in entry.items())
    return Citation(f"{text}.", f"@misc{{{_UNSAFE_IN_KEY.sub('-', cube.oid).strip('-') or 'cube'},\n{fields}}}")


def page_url(cube: DataCube) -> str:
    """Return the permanent address of a cube."""
    return f"{settings.ARCHIVE_BASE_URL}{cube_page_path(cube.oid)}"


def ways_to_use(cube: DataCube) -> list[tuple[str, str]]:
    """Return short programs that read the cube: the language and the lines."""
    base, url = settings.ARCHIVE_BASE_URL, f"{settings.ARCHIVE_BASE_URL}{download_path(cube)}"
    quoted, name = repr(cube.oid), shlex.quote(cube.filename)
    return [
        (
            "Python",
            f'from solar_archive_client import Archive\narchive = Archive("{base}")\nhdus = archive.open({quoted})',
        ),
        ("curl", f"curl --fail --continue-at - --output {name} \\\n  {shlex.quote(url)}"),
        ("IDL", f"oUrl = OBJ_NEW('IDLnetUrl')\nfile = oUrl->Get(URL={_idl(url)}, FILENAME={_idl(cube.filename)})\n"
                "data = READFITS(file, header)"),
    ]  # fmt: skip


def other_sites(cube: DataCube) -> list[tuple[str, str]]:
    """Return links to other sites for the time of the cube."""
    begin, end = cube.metadata.date_beg, cube.metadata.date_end
    helioviewer = urlencode({"date": f"{begin:%Y-%m-%dT%H:%M:%SZ}"})
    hek = urlencode(
        {
            "cmd": "search", "type": "column", "cosec": 2, "event_type": "**", "event_coordsys": "helioprojective",
            "event_starttime": f"{begin:%Y-%m-%dT%H:%M:%S}", "event_endtime": f"{end:%Y-%m-%dT%H:%M:%S}",
            "x1": -1200, "x2": 1200, "y1": -1200, "y2": 1200,
        }
    )  # fmt: skip
    return [
        ("Helioviewer", f"https://helioviewer.org/?{helioviewer}"),
        ("Heliophysics Events Knowledgebase", f"https://www.lmsal.com/hek/her?{hek}"),
    ]


def _tex(text: str) -> str:
    """Escape what BibTeX and TeX take for commands."""
    plain = text.replace("\\", "/").replace("~", "-").replace("^", "")
    return _SPECIAL_IN_TEX.sub(r"\\\1", plain)


def _idl(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
