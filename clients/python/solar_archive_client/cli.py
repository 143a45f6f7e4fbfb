"""The command ``solar-archive``: search and download. ``solar-archive submit`` is ``submit-cube``."""

import argparse
import sys
from typing import Any

from solar_archive_client.archive import Archive
from solar_archive_client.errors import ArchiveError
from solar_archive_client.settings import read_settings
from solar_archive_client.submission.cli import main as submit

SHOWN = ("oid", "instrument", "line", "date_beg", "size", "may_download")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code: 0, 1 if the archive refuses or fails, 2 for a wrong command line."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["submit"]:
        return submit(arguments[1:])
    parser = _parser()
    options = parser.parse_args(arguments)
    settings = read_settings()
    url = options.server or settings.url
    if not url:
        parser.error("Give the archive's address with --server, or set SOLAR_ARCHIVE_URL.")
    try:
        token = settings.token if url == settings.url or not settings.url else None
        archive = Archive(url, token)
        table = archive.search(limit=options.limit, **_conditions(options))
        if options.command == "search":
            if len(table):
                table[SHOWN].pprint(max_lines=-1, max_width=-1)
            print(f"{len(table)} cubes{', and more: raise --limit' if table.meta['more'] else ''}", file=sys.stderr)
        else:
            for path in archive.download(table, options.to, what=options.what, verify=options.verify):
                print(path)
    except (ArchiveError, ValueError) as error:
        print(f"solar-archive: {error}", file=sys.stderr)
        return 1
    return 0


def _conditions(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "time": tuple(options.time) if options.time else None,
        "instrument": options.instrument,
        "spectral_line": options.spectral_line,
        "tags": options.tag,
        "keywords": options.keyword,
        "text": options.text,
        "polarimetry": True if options.polarimetry else None,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="solar-archive", description="Search a Solar archive and download from it.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (("search", "List cubes."), ("download", "Download the files of cubes.")):
        command = commands.add_parser(name, help=what, description=what)
        command.add_argument("--server", help="The archive's address; by default SOLAR_ARCHIVE_URL.")
        command.add_argument("--time", nargs=2, metavar=("FROM", "TO"), help="Times, such as 2019-04-19 or 2019-04.")
        command.add_argument("--instrument", action="append", help="Can be repeated: any of them.")
        command.add_argument("--spectral-line", action="append", metavar="LINE", help="Can be repeated: any of them.")
        command.add_argument("--tag", action="append", help="A feature or event; can be repeated: all of them.")
        command.add_argument("--keyword", action="append", metavar="NAME:VALUE", help="Can be repeated: all of them.")
        command.add_argument("--text", help="Part of the OID or file name.")
        command.add_argument("--polarimetry", action="store_true", help="Only cubes with four Stokes parameters.")
        command.add_argument("--limit", type=int, default=100, help="The largest number of cubes; by default 100.")
        if name == "download":
            command.add_argument("--to", default=".", metavar="FOLDER", help="The folder for the files.")
            command.add_argument(
                "--what", nargs="+", default=["file"], choices=["file", "companions", "pictures", "movies"]
            )
            command.add_argument("--verify", action="store_true", help="Check CHECKSUM and DATASUM.")
    commands.add_parser("submit", help="Order the ingestion of cubes; its options are those of submit-cube.")
    return parser
