"""Synchronises the SVO with the archive, which is the source of truth: a plan for each dataset, then its changes.

Each change is independent: a failure is reported and does not stop the others. If no change can succeed, because the
SVO does not answer or does not let the account write to the dataset, the rest waits for the next synchronisation.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from time import monotonic

from django.db import IntegrityError, transaction
from django.utils import timezone

from common.errors import PermanentError, TransientError
from datacubes.models import DataCube, Instrument
from svo.client import SvoClient
from svo.configuration import get_client
from svo.datasets import instruments_of
from svo.errors import SvoUnauthorized, SvoUnavailable
from svo.models import Submission, Synchronisation
from svo.notes import note_change, note_record_removal
from svo.planning import Change, Item, Options, Plan, Track, datasets_to_synchronise, make_plan, not_tracked
from svo.submission import claim_submission, send

logger = logging.getLogger(__name__)

ALIVE_FOR = timedelta(minutes=30)  # Longer than one change takes, including its retries.
SAVED_EVERY_SECONDS = 30
MOST_FAILURES_KEPT = 1000
STOP_AFTER = 5  # Consecutive changes without an answer from the SVO.

Tell = Callable[[str], None]


class AlreadyRunning(PermanentError):
    """Another synchronisation is running."""


class _NothingSucceeds(Exception):
    """The SVO accepts no change for now; the message says why."""


def synchronise(options: Options, track: Track = not_tracked, tell: Tell = logger.info) -> Synchronisation:
    """Plan and change each dataset, and return the stored report.

    Parameters
    ----------
    track
        Shows the progress.
    tell
        Receives a line for each change.

    Raises
    ------
    AlreadyRunning
        If another synchronisation is running.
    PermanentError
        If an instrument is unknown.
    """
    datasets = datasets_to_synchronise(options.instruments)
    run = _Run(_begin([instrument for instruments in datasets.values() for instrument in instruments]), track, tell)
    try:
        for dataset, instruments in datasets.items():
            run.synchronise(dataset, instruments, options)
    except BaseException as error:
        run.end(early=error)
        raise
    run.end()
    return run.report


class _Run:
    """One synchronisation and its report, which is saved regularly as a sign of life and for the admin."""

    def __init__(self, report: Synchronisation, track: Track, tell: Tell):
        self.report = report
        self._track = track
        self._tell = tell
        self._saved_at = monotonic()
        self._hindered = 0

    def synchronise(self, dataset: str, instruments: list[Instrument], options: Options) -> None:
        """Synchronise one dataset with the archive."""
        self._hindered = 0
        try:
            plan = make_plan(dataset, instruments, options, self._tracked)
            self._act(plan)
        except AlreadyRunning:
            raise
        except (PermanentError, TransientError, _NothingSucceeds) as error:
            self._failed(", ".join(map(str, instruments)), error)

    def end(self, early: BaseException | None = None) -> None:
        """Save the report, with the error that ended the synchronisation early, and allow the next one."""
        if early is not None:
            self._failed("The synchronisation", f"It ended early: {early!r}")
        self.report.is_running, self.report.finished_at = None, timezone.now()
        self.report.save()
        logger.info("SVO synchronised: %s", self.report)

    def _act(self, plan: Plan) -> None:
        for change in self._tracked(plan.add, f"{plan}: adding"):
            self.report.added += self._send(change.oid, plan, "added")
        for change in self._tracked(plan.update, f"{plan}: updating"):
            self.report.updated += self._send(change.oid, plan, "updated")
        for reason in plan.held_back:
            self._failed(str(plan), reason)
        if plan.refusal:
            self._failed(str(plan), plan.refusal)
            return
        client, keepers = get_client(), instruments_of(plan.known.dataset.name)
        for change in self._tracked(plan.remove, f"{plan}: removing"):
            if self._remove(change, client, plan, keepers):
                self.report.removed += 1
            else:
                plan.keep(change.oid)

    def _send(self, oid: str, plan: Plan, done: str) -> bool:
        """Send one cube by its submission, so that its state appears with those of all cubes."""
        if not DataCube.objects.filter(oid=oid, instrument__in=plan.instruments).exists():
            return False  # The cube was deleted since the plan was made.
        dataset = plan.known.dataset.name
        note_change(oid, dataset, send_again=True, wake=False)
        submission = claim_submission(oid, dataset)
        if submission is None:
            return False  # A worker has just claimed it.
        send(submission, partial(plan.is_unshared, oid))
        if submission.failure is None:
            plan.note_sent(oid, submission.location_uri)
        return self._ended(oid, submission.failure, done)

    def _remove(self, change: Change, client: SvoClient, plan: Plan, keepers: list[Instrument]) -> bool:
        """Remove one record and its location. It is queued first, so that workers finish an interrupted removal."""
        noted = note_record_removal(change.oid, plan.known.dataset.name, change.location_uri)
        if DataCube.objects.filter(oid=change.oid, instrument__in=keepers).exists():
            return False  # The cube has returned since the plan was made; a worker sends it.
        failure = None
        try:
            client.delete(plan.known.dataset.metadata_uri, change.oid)
            if change.location_uri is not None:
                client.delete_location(change.location_uri)
        except (PermanentError, TransientError) as error:
            failure = error
        else:
            # If the cube has returned meanwhile, the submission has a new token and stays.
            Submission.objects.filter(pk=noted.pk, token=noted.token).delete()
        return self._ended(change.oid, failure, "removed")

    def _ended(self, oid: str, failure: Exception | None, done: str) -> bool:
        """Report the result of a change, and return whether it succeeded."""
        no_answer = isinstance(failure, SvoUnavailable) and failure.at_once
        self._hindered = self._hindered + 1 if no_answer else 0
        if failure is None:
            self._tell(f"{oid}: {done}")
            return True
        self._failed(oid, failure)
        if isinstance(failure, SvoUnauthorized):
            raise _NothingSucceeds("Stopped: the SVO does not let this account write to the dataset.")
        if self._hindered >= STOP_AFTER:
            raise _NothingSucceeds(
                f"Stopped: the SVO did not answer {self._hindered} times in a row. The next synchronisation continues."
            )
        return False

    def _failed(self, what: str, error: object) -> None:
        logger.warning("SVO synchronisation: %s: %s", what, error)
        self.report.failed += 1
        if len(self.report.failures) < MOST_FAILURES_KEPT:
            self.report.failures.append({"what": what, "reason": str(error)})

    def _tracked(self, items: Iterable[Item], what: str) -> Iterator[Item]:
        for item in self._track(items, what):
            yield item
            self._show_life()

    def _show_life(self) -> None:
        """Save the report every half minute, if this is still the running synchronisation."""
        if monotonic() - self._saved_at < SAVED_EVERY_SECONDS:
            return
        self._saved_at = monotonic()
        self.report.refresh_from_db(fields=["is_running"])
        if not self.report.is_running:
            raise AlreadyRunning("One change took so long that another synchronisation has replaced this one.")
        self.report.alive_until = timezone.now() + ALIVE_FOR
        self.report.save()


def _begin(instruments: list[Instrument]) -> Synchronisation:
    now = timezone.now()
    for abandoned in Synchronisation.objects.filter(is_running=True, alive_until__lt=now):
        abandoned.is_running = None
        abandoned.failed += 1
        abandoned.failures.append({"what": "The synchronisation", "reason": "Its process died."})
        abandoned.save()
    names = sorted(map(str, instruments))
    try:
        with transaction.atomic():
            return Synchronisation.objects.create(instruments=names, alive_until=now + ALIVE_FOR)
    except IntegrityError:
        running = Synchronisation.objects.filter(is_running=True).first()
        since = f" (started {running.started_at:%Y-%m-%d %H:%M} UTC)" if running else ""
        raise AlreadyRunning(f"Another synchronisation is running{since}; wait until it has ended.") from None
