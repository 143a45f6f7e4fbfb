"""``manage.py prune_media``: find, and with ``--delete`` remove, files of previews that no row names."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from datacubes.pruning import YOUNG_SECONDS, missing_files, surplus_files


class Command(BaseCommand):
    """List surplus files and rows whose file is missing."""

    help = "List the files of previews that no row names, and the rows whose file is missing."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--delete", action="store_true", help="Remove the files that no row names.")
        parser.add_argument(
            "--older-than",
            type=float,
            default=YOUNG_SECONDS,
            metavar="SECONDS",
            help="Leave younger files alone: an ingestion under way may be about to name them. Default: a day.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is found, and what was done with it."""
        surplus = size = missing = 0
        for file in surplus_files(options["older_than"]):
            surplus += 1
            size += file.size
            if options["delete"]:
                file.path.unlink(missing_ok=True)
            self.stdout.write(f"{'removed' if options['delete'] else 'no row names'}: {file.path}")
        for row in missing_files():
            missing += 1
            self.stdout.write(
                f"missing or of another length: {row.file}, of the cube {row.oid}; ingest it again, forced"
            )
        self.stdout.write(f"{surplus} surplus files ({size} bytes), {missing} missing files.")
