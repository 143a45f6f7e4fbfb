"""``manage.py import_sst_archive``: brings people, access rules and cubes from sst_archive."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from tqdm import tqdm

from common.errors import PermanentError, TransientError
from common.wakeups import send_wake_up
from predecessor.importing import Import
from predecessor.source import open_source
from workorders.tasks import sweep


class Command(BaseCommand):
    """Imports from the database of sst_archive; what an earlier run has brought is not brought again."""

    help = "Bring people, groups, grants, tokens, tags and OIDs from sst_archive, and queue the ingestion of its cubes."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument(
            "--database",
            required=True,
            metavar="URL",
            help="Database of sst_archive, which is only read: mysql://USER@HOST/NAME or postgres://USER@HOST/NAME. "
            "Leave the password out: it is taken from ~/.my.cnf or ~/.pgpass.",
        )
        parser.add_argument(
            "--media",
            required=True,
            metavar="FOLDER",
            help="Folder with which the paths of the cubes begin in that database. Below SCIENCE_DATA_ROOT, the cubes "
            "have the same places.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Print the plan without changing anything.")
        parser.add_argument("--everything", action="store_true", help="Show all examples in the report, not only some.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and print the report."""
        folder = PurePosixPath(options["media"])
        if not folder.is_absolute() or ".." in folder.parts:
            raise CommandError("--media must be an absolute path without “..”.")
        is_plan = options["dry_run"]
        importing = Import(folder, is_plan=is_plan)
        try:
            with open_source(options["database"]) as source:
                importing.run(source, _track)
        except (PermanentError, TransientError) as error:
            self._print(importing, options)
            raise CommandError(f"The import ended early; run it again. {error}") from error
        except IntegrityError as error:
            raise CommandError("Another import is running; wait until it has ended.") from error
        finally:
            if not is_plan:
                send_wake_up(sweep)  # One message is enough: the sweep wakes as many workers as there is work for.
        self._print(importing, options)

    def _print(self, importing: Import, options: dict[str, Any]) -> None:
        for line in importing.report.lines(is_plan=options["dry_run"], everything=options["everything"]):
            self.stdout.write(line)


def _track(batches: Iterable[Any], what: str) -> Iterable[Any]:
    """Show a progress bar on a terminal."""
    return tqdm(batches, desc=what, unit=" batches", disable=not sys.stderr.isatty())
