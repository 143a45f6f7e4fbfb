"""``manage.py discover``: find new, changed and missing files below the science data folder."""

import argparse
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.errors import PermanentError, TransientError
from keeper.discovery.walk import discover, plan


class Command(BaseCommand):
    """Walk through the storage once, as beat has it done with DISCOVERY_MINUTES."""

    help = "Find new, changed and missing files, and queue the first two."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the folders and the options."""
        parser.add_argument(
            "folder", nargs="*", help="A folder in SCIENCE_DATA_ROOT; relative paths begin there. None: all of it."
        )
        parser.add_argument("--dry-run", action="store_true", help="Print the plan, and change nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk, and print what differs and a summary."""
        folders = [_below_root(folder) for folder in options["folder"]]
        act = plan if options["dry_run"] else discover
        try:
            walk = act([folder for folder in folders if folder != "."], self._say)
        except (PermanentError, TransientError) as error:
            raise CommandError(str(error)) from error
        numbers = ("files", "new", "changed", "waiting", "gone", "missing", "returned", "refused")
        self.stdout.write(", ".join(f"{getattr(walk, name)} {name}" for name in numbers))

    def _say(self, line: str) -> None:
        self.stdout.write("".join(character if character.isprintable() else "?" for character in line))


def _below_root(folder: str) -> str:
    root = os.path.realpath(settings.SCIENCE_DATA_ROOT)
    real = os.path.realpath(os.path.join(root, folder))
    if os.path.commonpath([root, real]) != root:
        raise CommandError(f"{folder} is not below the science data folder, {root}.")
    if not os.path.isdir(real):
        raise CommandError(f"{folder} is not a folder.")
    return os.path.relpath(real, root)
