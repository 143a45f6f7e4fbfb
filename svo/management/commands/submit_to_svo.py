"""``manage.py submit_to_svo``: sends cubes to the SVO now."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from common.progress import say
from datacubes.models import DataCube
from svo.datasets import NOT_CONFIGURED, dataset_name, is_configured
from svo.models import Submission
from svo.notes import note_change
from svo.submission import claim_submission, due_submissions, send, send_next

State = Submission.State


class Command(BaseCommand):
    """Sends the named cubes even if they are unchanged, or all pending ones."""

    help = "Send cubes to the SOLARNET Virtual Observatory now."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--observation-id", "-o", action="append", metavar="OID", help="OID of a cube. Can be repeated."
        )
        what.add_argument(
            "--all-pending", action="store_true", help="Send all pending and failed submissions, including removals."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_configured():
            raise CommandError(f"{NOT_CONFIGURED} Set SVO_API_URL, SVO_USERNAME and SVO_API_KEY.")
        sent = self._send_all() if options["all_pending"] else self._send_named(options["observation_id"])
        failed = sum(submission.state != State.SUBMITTED for submission in sent)
        self.stdout.write(f"{len(sent)} cubes, {failed} failed.")
        if failed:
            raise CommandError(f"{failed} of {len(sent)} cubes could not be sent.")

    def _send_named(self, oids: list[str]) -> list[Submission]:
        cubes = {cube.oid: cube for cube in DataCube.objects.select_related("instrument").filter(oid__in=oids)}
        missing = [oid for oid in oids if oid not in cubes]
        if missing:
            raise CommandError(f"The archive has no cube {', '.join(missing)}.")
        datasets = {}
        for oid in oids:
            dataset = dataset_name(cubes[oid].instrument)
            if dataset is None:
                raise CommandError(f"{oid}: its instrument, {cubes[oid].instrument}, is left out of the SVO.")
            datasets[oid] = dataset
        sent = []
        for oid, dataset in tqdm(datasets.items(), unit="cube", disable=not sys.stderr.isatty()):
            note_change(oid, dataset, send_again=True, wake=False)
            submission = claim_submission(oid, dataset)
            if submission is None:
                say(f"{oid}: skipped, a worker is sending it.", self.stdout)
                continue
            sent.append(send(submission))
            self._tell(submission)
        return sent

    def _send_all(self) -> list[Submission]:
        waiting = Submission.objects.filter(state__in=[State.PENDING, State.FAILED])
        waiting.update(state=State.PENDING, attempts=0, due_at=timezone.now())
        all_sent = []
        with tqdm(total=due_submissions().count(), unit="cube", disable=not sys.stderr.isatty()) as bar:
            while sent := send_next():
                bar.update(len(sent))
                for submission in sent:
                    self._tell(submission)
                all_sent += sent
        return all_sent

    def _tell(self, submission: Submission) -> None:
        how = "done" if submission.state == State.SUBMITTED else submission.error
        say(f"{submission.oid}: {submission.get_action_display()}: {how}", self.stdout)
