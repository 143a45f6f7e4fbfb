"""``manage.py prune_media``: lists preview files that no row names; ``--delete`` removes them."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from datacubes.pruning import YOUNG_SECONDS, missing_files, surplus_files


class Command(BaseCommand):
    """Lists surplus files, and rows whose file is missing."""

    help = "List the preview files that no row names, and the rows whose file is missing or has another size."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--delete", action="store_true", help="Remove the files that no row names.")
        parser.add_argument(
            "--older-than",
            type=float,
            default=YOUNG_SECONDS,
            metavar="SECONDS",
            help="Skip files younger than this, which a running ingestion may still need. Default: a day.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
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
                f"missing or of another size: {row.file} of the cube {row.oid}; re-ingest the cube with force"
            )
        self.stdout.write(f"{surplus} surplus files ({size} bytes), {missing} missing files.")
