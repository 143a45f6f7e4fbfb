"""``manage.py submit_to_svo``: send cubes to the SVO now."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from datacubes.models import DataCube
from svo.configuration import NOT_CONFIGURED, dataset_name, is_configured
from svo.models import Submission
from svo.notes import note_change
from svo.submission import claim_submission, send


class Command(BaseCommand):
    """Send the named cubes, or all that wait, whatever was sent before."""

    help = "Send cubes to the SOLARNET Virtual Observatory now."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--observation-id", "-o", action="append", metavar="OID", help="OID of a cube; may be repeated."
        )
        what.add_argument("--all-pending", action="store_true", help="All that are pending or have failed.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send them one by one."""
        if not is_configured():
            raise CommandError(f"{NOT_CONFIGURED} Set SVO_API_URL, SVO_USERNAME and SVO_API_KEY.")
        oids = self._pending() if options["all_pending"] else self._named(options["observation_id"])
        failed = 0
        for oid in tqdm(oids, unit="cube", disable=not sys.stderr.isatty()):
            submission = claim_submission(oid)
            if submission is None:
                tqdm.write(f"{oid}: a worker is sending it.", file=self.stdout)
                continue
            action = submission.get_action_display()
            submission = send(submission)
            done = submission.state == Submission.State.SUBMITTED
            failed += not done
            tqdm.write(f"{oid}: {action}: {'done' if done else submission.error}", file=self.stdout)
        self.stdout.write(f"{len(oids)} cubes, {failed} failed.")
        if failed:
            raise CommandError(f"{failed} of {len(oids)} cubes could not be sent.")

    def _named(self, oids: list[str]) -> list[str]:
        cubes = {cube.oid: cube for cube in DataCube.objects.select_related("instrument").filter(oid__in=oids)}
        missing = [oid for oid in oids if oid not in cubes]
        if missing:
            raise CommandError(f"The archive has no cube {', '.join(missing)}.")
        for oid in oids:
            dataset = dataset_name(cubes[oid].instrument)
            if dataset is None:
                raise CommandError(f"{oid}: its instrument, {cubes[oid].instrument}, is left out of the SVO.")
            note_change(oid, dataset, send_again=True, wake=False)
        return oids

    def _pending(self) -> list[str]:
        Submission.objects.filter(state=Submission.State.FAILED).update(state=Submission.State.PENDING, attempts=0)
        return list(
            Submission.objects.filter(state=Submission.State.PENDING).order_by("id").values_list("oid", flat=True)
        )
