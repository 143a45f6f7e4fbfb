"""``manage.py sync_with_svo``: synchronises the SVO with the archive."""

import argparse
import sys
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from common.errors import PermanentError, TransientError
from common.former_options import RefusedOption
from common.progress import say
from svo.datasets import NOT_CONFIGURED, is_configured
from svo.planning import Options, Plan, datasets_to_synchronise, make_plan
from svo.synchronisation import synchronise


class Command(BaseCommand):
    """Adds missing records, removes records of cubes that are gone and, with an option, updates the others."""

    help = "Synchronise the SOLARNET Virtual Observatory with the archive: add missing records, remove surplus ones."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Print the plan without changing anything.")
        parser.add_argument("--update-existing", action="store_true", help="Also update records that differ.")
        parser.add_argument(
            "--instrument", action="append", default=[], metavar="NAME", help="Only this instrument. Can be repeated."
        )
        parser.add_argument(
            "--allow-mass-removal", action="store_true", help="Remove more records than SVO_MAX_REMOVALS allows."
        )
        parser.add_argument(
            "--allow-mass-change",
            action="store_true",
            help="Let more records than SVO_MAX_REMOVALS allows go offline, change their host or lose tags.",
        )
        parser.add_argument("--verbose", action="store_true", help="Print each change.")
        for option, setting in (
            ("--api-url", "SVO_API_URL"),
            ("--api-username", "SVO_USERNAME"),
            ("--api-key", "SVO_API_KEY"),
        ):
            parser.add_argument(
                option,
                action=RefusedOption,
                instead=f"Set the environment variable {setting}, which all processes read.",
            )

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_configured():
            raise CommandError(f"{NOT_CONFIGURED} Set SVO_API_URL, SVO_USERNAME and SVO_API_KEY.")
        names = ("update_existing", "allow_mass_removal", "allow_mass_change")
        asked = Options(tuple(options["instrument"]), **{name: options[name] for name in names})
        work = self._show_plans if options["dry_run"] else self._synchronise
        try:
            failed = work(asked, verbose=options["verbose"])
        except PermanentError as error:
            raise CommandError(str(error)) from error
        if failed:
            raise CommandError(f"{failed} failed.")

    def _show_plans(self, asked: Options, *, verbose: bool) -> int:
        """Print the plans, and return the number of plans that could not be made."""
        failed = 0
        for dataset, instruments in datasets_to_synchronise(asked.instruments).items():
            try:
                plan = make_plan(dataset, instruments, asked, track)
            except (PermanentError, TransientError) as error:
                self.stdout.write(f"{dataset}: {error}")
                failed += 1
            else:
                self._show_plan(plan, verbose=verbose)
        return failed

    def _show_plan(self, plan: Plan, *, verbose: bool) -> None:
        self.stdout.write(f"{plan}: {len(plan.add)} to add, {len(plan.update)} to update, {len(plan.remove)} to remove")
        for reason in filter(None, [plan.refusal, *plan.held_back]):
            self.stdout.write(f"  {reason}")
        if verbose:
            for what, changes in (("add", plan.add), ("update", plan.update), ("remove", plan.remove)):
                for change in changes:
                    self.stdout.write(f"  {what} {change.oid}")

    def _synchronise(self, asked: Options, *, verbose: bool) -> int:
        """Synchronise, print the report, and return the number of failures."""
        tell = partial(say, stdout=self.stdout) if verbose else lambda line: None
        report = synchronise(asked, track, tell)
        self.stdout.write(str(report))
        for failure in report.failures:
            self.stdout.write(f"  {failure['what']}: {failure['reason']}")
        return report.failed


def track(items: Iterable[Any], what: str) -> Iterable[Any]:
    """Show a progress bar on a terminal."""
    return tqdm(items, desc=what, unit="", disable=not sys.stderr.isatty())
