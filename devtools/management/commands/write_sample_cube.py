"""``manage.py write_sample_cube``: write cubes to try an installation with."""

import argparse
import os
import shlex
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from devtools.sample_cubes import many_cubes

SHAPE = (3, 4, 7, 120, 128)


class Command(BaseCommand):
    """Write sample cubes into a folder of their own below the science data folder."""

    help = "Write sample cubes, each of another day, to try an installation with."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the folder and the number of cubes."""
        parser.add_argument("folder", help="A new or empty folder in SCIENCE_DATA_ROOT; relative paths begin there.")
        parser.add_argument("--cubes", type=int, default=1, metavar="N", help="How many; 1 if left out.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the cubes, and print their paths and the command that ingests them."""
        if options["cubes"] < 1:
            raise CommandError(f"--cubes {options['cubes']}: at least 1 cube can be written.")
        folder = new_folder(options["folder"])
        try:
            paths = many_cubes(folder, options["cubes"], shape=SHAPE)
        except OSError as error:
            raise CommandError(f"No cube can be written to {folder}: {error.strerror}.") from error
        for path in paths:
            self.stdout.write(f"{path} ({path.stat().st_size:,} bytes)")
        self.stdout.write(f"\nIngest with: python manage.py ingest_fits_cube {shlex.quote(str(folder))}")


def new_folder(name: str) -> Path:
    """Return the path of a folder in SCIENCE_DATA_ROOT that holds nothing yet.

    Raises
    ------
    CommandError
        If it leaves SCIENCE_DATA_ROOT, or is a file or a folder with files: nothing is overwritten.
    """
    root = Path(os.path.realpath(settings.SCIENCE_DATA_ROOT))
    folder = Path(os.path.realpath(root / name))
    if not folder.is_relative_to(root):
        raise CommandError(f"{name} is not below the science data folder, {root}.")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty. Name a new folder.")
    except OSError as error:
        raise CommandError(f"{folder} cannot be used: {error.strerror}.") from error
    return folder
