"""The command ``submit-cube``: its options, its lines and its exit code."""

import argparse
import logging
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from solar_archive_client.submission.orders import Order, Orders, Patience, Refused, Stop
from solar_archive_client.submission.waiting import wait_for

TOKEN_VARIABLE = "SUBMIT_CUBE_TOKEN"  # noqa: S105  The name of the variable, not a token.
PATIENCE = Patience()
SUFFIXES = (".fits", ".fits.fz", ".fts", ".fit")

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def main(arguments: list[str] | None = None) -> int:
    """Submit cubes and return the exit code.

    0: all cubes were accepted or, with ``--wait``, completed. 1: some were not. 2: the command line is wrong.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    try:
        paths = list(dict.fromkeys(found for path in options.path for found in _relative_paths(path, options.root)))
        fields = _fields(options, len(paths))
        archive = Orders(options.server, _token(options.token_file), PATIENCE)
    except Stop as wrong:
        parser.error(str(wrong))
    try:
        return 0 if submit(archive, paths, fields, wait=options.wait) else 1
    except KeyboardInterrupt:
        print("Interrupted. Posted orders stay in the queue.", file=sys.stderr)
        return 130


def submit(archive: Orders, paths: list[str], fields: Mapping[str, Any], *, wait: bool) -> bool:
    """Post cubes, print a line for each, and return whether all succeeded.

    Parameters
    ----------
    paths
        Paths below the science data folder of the server.
    fields
        Further fields of each request.
    wait
        Whether to wait until all orders have ended; each line then gives the final status.
    """
    posted: dict[str, Order] = {}
    with _Report(paths) as report, logging_redirect_tqdm():
        try:
            for path, answer in archive.post(paths, fields):
                if isinstance(answer, Refused):
                    report.tell(path, f"refused: {answer}")
                    continue
                posted[path] = answer
                if not wait:
                    report.tell(path, f"{answer.status}, order {answer.id}", well=True)
            if wait:
                for path, outcome in wait_for(archive, posted):
                    report.tell_end(path, outcome)
        except Stop as stop:
            report.tell_rest(str(stop), posted)
    return report.all_well


class _Report:
    """Prints one line for each cube, and a progress bar on a terminal."""

    def __init__(self, paths: list[str]) -> None:
        self.all_well = True
        self._untold = dict.fromkeys(paths)
        self._bar = tqdm(total=len(paths), unit="cube", disable=not sys.stderr.isatty(), leave=False)

    def __enter__(self) -> "_Report":
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.close()

    def tell(self, path: str, outcome: str, *, well: bool = False) -> None:
        self.all_well = self.all_well and well
        del self._untold[path]
        tqdm.write(_UNPRINTABLE.sub(" ", f"{path}: {outcome}"), file=sys.stdout)
        self._bar.update()

    def tell_end(self, path: str, outcome: Order | Refused) -> None:
        if isinstance(outcome, Refused):
            self.tell(path, f"lost: {outcome}")
        elif outcome.status == "completed":
            self.tell(path, f"completed, {outcome.oid}", well=True)
        else:
            self.tell(path, f"{outcome.status}: {outcome.error}")

    def tell_rest(self, reason: str, posted: dict[str, Order]) -> None:
        """Print why the command ended early, and the state of each cube that has no line yet."""
        tqdm.write(reason, file=sys.stderr)
        for path in list(self._untold):
            order = posted.get(path)
            self.tell(path, f"left {order.status}, order {order.id}" if order else "not submitted")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="submit-cube",
        description="Order the ingestion of FITS cubes into an archive.",
        epilog=f"Without --token-file, the token is read from the environment variable {TOKEN_VARIABLE}.",
    )
    parser.add_argument(
        "path",
        nargs="+",
        metavar="PATH",
        help="A cube's path below the science data folder of the archive; with --root, also a folder of cubes.",
    )
    parser.add_argument(
        "--server", required=True, metavar="URL", help="The archive's address, such as https://archive.example.org."
    )
    parser.add_argument("--token-file", metavar="FILE", help="A file that holds only the token.")
    parser.add_argument(
        "--root",
        metavar="FOLDER",
        help="The science data folder on this machine. Paths are then those of files on this machine.",
    )
    parser.add_argument(
        "--owner",
        action="append",
        metavar="EMAIL",
        help="Grant access to these e-mail addresses, separated by commas, semicolons or spaces. Can be repeated. "
        "Replaces the cube's grants by e-mail.",
    )
    parser.add_argument(
        "--swedish-data",
        action=argparse.BooleanOptionalAction,
        help="Grant the group “Swedish User” access, or take it away.",
    )
    parser.add_argument("--oid", help="Use this OID instead of the one that the header gives; for one cube only.")
    for kind in ("image", "video"):
        parser.add_argument(
            f"--{kind}-preview",
            metavar="PATH",
            help=f"Make the {kind} previews from this file below the science data folder; for one cube only.",
        )
    parser.add_argument(
        "--callback-url", metavar="URL", help="Where the archive posts the end of each order, as a signed message."
    )
    parser.add_argument("--force", action="store_true", help="Ingest again even if the cube is unchanged.")
    parser.add_argument("--wait", action="store_true", help="Wait until all orders have ended.")
    return parser


def _fields(options: argparse.Namespace, count: int) -> dict[str, Any]:
    """Return the fields of the requests, from the options that were given."""
    of_one = {name: getattr(options, name) for name in ("oid", "image_preview", "video_preview")}
    for name, value in of_one.items():
        if value is not None and count != 1:
            raise Stop(f"--{name.replace('_', '-')} goes with one cube; the paths have {count}.")
    fields = {**of_one, "owner_email_addresses": _owners(options.owner), "swedish_data": options.swedish_data}
    fields |= {"callback_url": options.callback_url, "force": options.force or None}
    return {name: value for name, value in fields.items() if value is not None}


def _owners(given: list[str] | None) -> list[str] | None:
    """Return the addresses of the options; None without an option."""
    if not given:
        return None
    owners = [address for address in re.split(r"[,;\s]+", " ".join(given)) if address]
    if not owners:
        raise Stop("--owner names no e-mail address.")
    return owners


def _relative_paths(path: str, root: str | None) -> list[str]:
    """Return the path of a cube, or those of the cubes in a folder on this machine, as the archive has them."""
    if root is None or not os.path.isdir(path):
        return [_relative_path(path, root)]
    found = sorted(file for file in Path(path).rglob("*") if file.name.lower().endswith(SUFFIXES) and file.is_file())
    if not found:
        raise Stop(f"There is no FITS file below {path}.")
    return [_relative_path(str(file), root) for file in found]


def _relative_path(path: str, root: str | None) -> str:
    if root is None:
        return path
    absolute = os.path.abspath(path)
    folder = os.path.abspath(root)
    if os.path.commonpath([absolute, folder]) != folder:
        raise Stop(f"{path} is not below --root {root}.")
    return os.path.relpath(absolute, folder)


def _token(file: str | None) -> str:
    """Return the token. Errors describe a wrong token without showing it."""
    if file is None:
        token, source = os.environ.get(TOKEN_VARIABLE, ""), f"The environment variable {TOKEN_VARIABLE}"
        if not token:
            raise Stop(f"There is no token: give --token-file, or set {TOKEN_VARIABLE}.")
    else:
        source = f"The file {file}"
        try:
            token = Path(file).read_text(encoding="ascii")
        except OSError as error:
            raise Stop(f"{source} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError:
            raise Stop(f"{source} does not hold a token: a token has only letters and digits.") from None
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Stop(f"{source} must hold only the token.")
    return token


if __name__ == "__main__":
    sys.exit(main())
