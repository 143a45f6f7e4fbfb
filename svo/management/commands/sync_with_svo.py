"""``manage.py sync_with_svo``: make the SVO the same as the archive."""

import argparse
import sys
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from datacubes.errors import PermanentError, TransientError
from svo.configuration import NOT_CONFIGURED, is_configured
from svo.synchronisation import Options, Plan, instruments_to_synchronise, make_plan, synchronise


class Command(BaseCommand):
    """Add what the SVO lacks, remove what the archive no longer has, and, if asked for, update the rest."""

    help = "Make the SOLARNET Virtual Observatory the same as the archive."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--dry-run", action="store_true", help="Print the plan and write nothing anywhere.")
        parser.add_argument("--update-existing", action="store_true", help="Also update records that differ.")
        parser.add_argument("--instrument", action="append", default=[], metavar="NAME", help="Only this; repeatable.")
        parser.add_argument(
            "--allow-mass-removal", action="store_true", help="Remove more records than SVO_MAX_REMOVALS allows."
        )
        parser.add_argument("--verbose", action="store_true", help="Name each cube.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan, and act unless it is a dry run."""
        if not is_configured():
            raise CommandError(f"{NOT_CONFIGURED} Set SVO_API_URL, SVO_USERNAME and SVO_API_KEY.")
        asked = Options(tuple(options["instrument"]), options["update_existing"], options["allow_mass_removal"])
        try:
            if options["dry_run"]:
                self._show_plans(asked, verbose=options["verbose"])
            else:
                self._synchronise(asked)
        except (PermanentError, TransientError) as error:
            raise CommandError(str(error)) from error

    def _show_plans(self, asked: Options, *, verbose: bool) -> None:
        for instrument in instruments_to_synchronise(asked.instruments):
            plan = make_plan(instrument, asked, track)
            self.stdout.write(
                f"{instrument}: {len(plan.add)} to add, {len(plan.update)} to update, {len(plan.remove)} to remove"
            )
            if plan.refusal:
                self.stdout.write(f"  {plan.refusal}")
            if verbose:
                self._name_cubes(plan)

    def _name_cubes(self, plan: Plan) -> None:
        for what, oids in (("add", plan.add), ("update", plan.update), ("remove", plan.remove)):
            for oid in oids:
                self.stdout.write(f"  {what} {oid}")

    def _synchronise(self, asked: Options) -> None:
        report = synchronise(asked, track)
        self.stdout.write(f"{report}, {len(report.failures)} failed")
        for failure in report.failures:
            self.stdout.write(f"  {failure['what']}: {failure['reason']}")
        if report.failures:
            raise CommandError(f"{len(report.failures)} changes failed.")


def track(items: Iterable[Any], what: str) -> Iterable[Any]:
    """Show a progress bar on a terminal."""
    return tqdm(items, desc=what, unit="", disable=not sys.stderr.isatty())
