"""``manage.py ingest_fits_cube``: ingest cubes by their paths."""

import argparse
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.errors import PermanentError, TransientError, quoted
from common.paths import confined_path
from cubefile.names import check_name, looks_like_cube
from workorders.management.ingesting import add_ingest_options, ingest_all, request_from_options
from workorders.queue import post_order


class Command(BaseCommand):
    """Ingest cubes, through the same work orders as those that are posted over HTTP."""

    help = "Ingest FITS cubes: files, or all cubes below folders."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the paths and the options."""
        parser.add_argument(
            "path",
            nargs="*",
            help="A FITS file or a folder in SCIENCE_DATA_ROOT; relative paths may begin there.",
        )
        parser.add_argument(
            "--fits-cube",
            "-f",
            action="append",
            default=[],
            metavar="PATH",
            help="The same as PATH, as in sst_archive.",
        )
        parser.add_argument(
            "--oid",
            "--observation-id",
            "-o",
            help="Overrides the OID that is derived from the header; for one file only.",
        )
        add_ingest_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Find the cubes and ingest them."""
        named = [*options["path"], *options["fits_cube"]]
        if not named:
            raise CommandError("Name a FITS file or a folder.")
        found = [cube for path in named for cube in find_cubes(path)]
        request = request_from_options(options)
        if options["oid"]:
            if len(found) != 1:
                raise CommandError(f"--oid goes with one cube; the paths have {len(found)}.")
            request["oid"] = options["oid"]
        paths = [path for path in found if self._is_accepted(path)]
        orders = (post_order(path, request) for path in paths)
        refused = len(found) - len(paths)
        ingest_all(orders, len(found), refused=refused, queue=options["queue"], stdout=self.stdout)

    def _is_accepted(self, path: str) -> bool:
        """Check a path in the same way as a posted one, because a file name can hold any bytes."""
        try:
            confined_path(settings.SCIENCE_DATA_ROOT, path)
            check_name(path)
        except (PermanentError, TransientError) as error:
            self.stderr.write(f"{quoted(path)}: {error}")
            return False
        return True


def find_cubes(path: str) -> list[str]:
    """Return the relative paths of a cube, or of all cubes below a folder, in order; those below one are not checked.

    Raises
    ------
    CommandError
        If there is none, it is not below SCIENCE_DATA_ROOT, or the storage does not answer.
    """
    root = os.path.realpath(settings.SCIENCE_DATA_ROOT)
    absolute = os.path.realpath(path if os.path.exists(path) else os.path.join(root, path))
    if os.path.commonpath([root, absolute]) != root:
        raise CommandError(f"{path} is not below the science data folder, {root}.")
    if os.path.isdir(absolute):
        found = sorted(file for file in Path(absolute).rglob("*") if looks_like_cube(file.name))
        if not found:
            raise CommandError(f"There is no FITS file below {path}.")
        return [str(file.relative_to(root)) for file in found if file.is_file()]
    relative_path = os.path.relpath(absolute, root)
    try:
        confined_path(Path(root), relative_path)
        check_name(relative_path)
    except (PermanentError, TransientError) as error:
        raise CommandError(str(error)) from error
    return [relative_path]
