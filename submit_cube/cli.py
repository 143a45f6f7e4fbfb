"""The command ``submit-cube``: its options, its lines and its exit code."""

import argparse
import logging
import os
import re
import sys
from pathlib import Path

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from submit_cube.archive import Archive, Order, Patience, Refused, Stop
from submit_cube.waiting import wait_for

TOKEN_VARIABLE = "SUBMIT_CUBE_TOKEN"  # noqa: S105  The name of the variable, not a token.
PATIENCE = Patience()

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def main(arguments: list[str] | None = None) -> int:
    """Submit cubes and return the exit code.

    0: all cubes were accepted or, with ``--wait``, completed. 1: some were not. 2: the command line is wrong.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    try:
        paths = list(dict.fromkeys(_relative_path(path, options.root) for path in options.path))
        archive = Archive(options.server, _token(options.token_file), PATIENCE)
    except Stop as wrong:
        parser.error(str(wrong))
    try:
        return 0 if submit(archive, paths, owners=options.owner, force=options.force, wait=options.wait) else 1
    except KeyboardInterrupt:
        print("Interrupted. Posted orders stay in the queue.", file=sys.stderr)
        return 130


def submit(archive: Archive, paths: list[str], *, owners: list[str] | None, force: bool, wait: bool) -> bool:
    """Post cubes, print a line for each, and return whether all succeeded.

    Parameters
    ----------
    paths
        Paths below the science data folder of the server.
    owners
        E-mail addresses that get access.
    force
        Whether to run every step, also those whose source is unchanged.
    wait
        Whether to wait until all orders have ended; each line then gives the final status.
    """
    posted: dict[str, Order] = {}
    with _Report(paths) as report, logging_redirect_tqdm():
        try:
            for path in paths:
                try:
                    posted[path] = archive.post(path, owners=owners, force=force)
                except Refused as refused:
                    report.tell(path, f"refused: {refused}")
                    continue
                if not wait:
                    report.tell(path, f"{posted[path].status}, order {posted[path].id}", well=True)
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
        "path", nargs="+", metavar="PATH", help="A cube's path below the science data folder of the archive."
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
        help="Grant access to this e-mail address. Can be repeated. Replaces the cube's grants by e-mail.",
    )
    parser.add_argument("--force", action="store_true", help="Ingest again even if the cube is unchanged.")
    parser.add_argument("--wait", action="store_true", help="Wait until all orders have ended.")
    return parser


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
