"""``manage.py write_sample_cube``: writes cubes for trying an installation."""

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
    """Writes sample cubes into a new folder below the science data folder."""

    help = "Write sample cubes, each of another day, for trying an installation."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", help="A new or empty folder in SCIENCE_DATA_ROOT; relative paths begin there.")
        parser.add_argument("--cubes", type=int, default=1, metavar="N", help="Number of cubes. Default: 1.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["cubes"] < 1:
            raise CommandError(f"--cubes {options['cubes']}: it must be at least 1.")
        folder = new_folder(options["folder"])
        try:
            paths = many_cubes(folder, options["cubes"], shape=SHAPE)
        except OSError as error:
            raise CommandError(f"No cube can be written to {folder}: {error.strerror}.") from error
        for path in paths:
            self.stdout.write(f"{path} ({path.stat().st_size:,} bytes)")
        self.stdout.write(f"\nIngest with: python manage.py ingest_fits_cube {shlex.quote(str(folder))}")


def new_folder(name: str) -> Path:
    """Return the path of a new or empty folder in SCIENCE_DATA_ROOT.

    Raises
    ------
    CommandError
        If the path leaves SCIENCE_DATA_ROOT, or is a file or a folder with files. Nothing is overwritten.
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
