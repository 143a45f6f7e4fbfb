"""Making the SVO the same as the archive, which is the source of truth.

It plans first, going through the remote records page by page and keeping no more of them than their OIDs and locations,
and then acts, each change on its own.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any, TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from datacubes.errors import PermanentError, TransientError
from datacubes.models import DataCube, Instrument
from svo.client import SvoClient
from svo.configuration import KnownDataset, dataset_name, get_client, known_dataset
from svo.models import Submission, Synchronisation
from svo.notes import note_change
from svo.records import differs, record_content
from svo.resources import Location, Record
from svo.submission import claim_submission, send

logger = logging.getLogger(__name__)

SMALL_REMOVAL = 10  # So many records may always be removed at once.
ABANDONED_AFTER = timedelta(hours=13)
_BATCH = 100

Item = TypeVar("Item")
Track = Callable[[Iterable[Item], str], Iterable[Item]]


class AlreadyRunning(PermanentError):
    """Another synchronisation is at it."""


@dataclass(frozen=True)
class Options:
    """What a synchronisation is asked for.

    Attributes
    ----------
    instruments
        Their names; empty for all.
    update_existing
        Also update the records that differ from what would be sent.
    allow_mass_removal
        Remove more records than the setting SVO_MAX_REMOVALS allows.
    """

    instruments: tuple[str, ...] = ()
    update_existing: bool = False
    allow_mass_removal: bool = False


@dataclass
class Plan:
    """What is to be done for one dataset.

    Attributes
    ----------
    add, update
        OIDs of cubes.
    remove
        Records that the archive has no cube of, each with its location if no record that stays uses that.
    refusal
        Why nothing is removed although there is something to remove.
    """

    known: KnownDataset
    add: list[str] = field(default_factory=list)
    update: list[str] = field(default_factory=list)
    remove: dict[str, Location | None] = field(default_factory=dict)
    refusal: str = ""


def not_tracked(items: Iterable[Item], what: str) -> Iterable[Item]:
    """Go through the items without a progress bar."""
    return items


def instruments_to_synchronise(names: Iterable[str]) -> list[Instrument]:
    """Return the instruments of these names, or all, that are not left out of the SVO.

    Raises
    ------
    PermanentError
        If one is not known.
    """
    known = {instrument.name: instrument for instrument in Instrument.objects.all()}
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise PermanentError(f"Not known: {', '.join(unknown)}. Known instruments are: {', '.join(known)}.")
    wanted = [known[name] for name in names] or list(known.values())
    return [instrument for instrument in wanted if dataset_name(instrument) is not None]


def make_plan(instrument: Instrument, options: Options, track: Track = not_tracked) -> Plan:
    """Compare the archive with the SVO, writing nothing anywhere.

    Raises
    ------
    SvoRefused, SvoUnavailable
        With the server's words.
    """
    client = get_client()
    known = known_dataset(client, dataset_name(instrument) or instrument.name)
    plan = Plan(known)
    local = set(DataCube.objects.filter(instrument=instrument).values_list("oid", flat=True).iterator())
    missing, number = set(local), 0
    uses: Counter[str] = Counter()
    records = track(client.records(known.dataset.metadata_uri), f"{instrument}: comparing")
    for page in _batches(records, _BATCH):
        for record in page:
            number += 1
            missing.discard(record.oid)
            if record.location is not None:
                uses[record.location.uri] += 1
            if record.oid not in local:
                plan.remove[record.oid] = record.location
        if options.update_existing:
            plan.update += _different([record for record in page if record.oid in local], known)
    plan.add = sorted(missing)
    _keep_shared_locations(plan, uses)
    plan.refusal = _refusal(instrument, plan, number, has_cubes=bool(local), options=options)
    return plan


def synchronise(options: Options, track: Track = not_tracked) -> Synchronisation:
    """Plan and act for each instrument, and return the report, which is kept.

    Raises
    ------
    AlreadyRunning
        If another synchronisation is at it.
    PermanentError
        If an instrument is not known.
    """
    instruments = instruments_to_synchronise(options.instruments)
    report = _begin(instruments)
    try:
        for instrument in instruments:
            try:
                plan = make_plan(instrument, options, track)
            except (PermanentError, TransientError) as error:
                _failed(report, str(instrument), error)
                continue
            _act(plan, report, instrument, track)
            report.save()
    finally:
        report.is_running, report.finished_at = None, timezone.now()
        report.save()
    logger.info("SVO synchronised: %s, %s failed", report, len(report.failures))
    return report


def _act(plan: Plan, report: Synchronisation, instrument: Instrument, track: Track) -> None:
    client = get_client()
    for oid in track(plan.add, f"{instrument}: adding"):
        report.added += _send(oid, plan, report)
    for oid in track(plan.update, f"{instrument}: updating"):
        report.updated += _send(oid, plan, report)
    if plan.refusal:
        _failed(report, str(instrument), plan.refusal)
        return
    for oid, location in track(list(plan.remove.items()), f"{instrument}: removing"):
        report.removed += _remove(client, oid, location, plan, report)


def _send(oid: str, plan: Plan, report: Synchronisation) -> bool:
    """Send one cube as its submission, so that its state is seen where those of all cubes are."""
    note_change(oid, plan.known.dataset.name, send_again=True, wake=False)
    submission = claim_submission(oid)
    if submission is None:
        return False  # A worker has just taken it.
    submission = send(submission)
    if submission.state != Submission.State.SUBMITTED:
        _failed(report, oid, submission.error)
        return False
    return True


def _remove(client: SvoClient, oid: str, location: Location | None, plan: Plan, report: Synchronisation) -> bool:
    if DataCube.objects.filter(oid=oid).exists():
        return False  # It was ingested since the plan was made.
    try:
        client.delete(plan.known.dataset.metadata_uri, oid)
        if location is not None:
            client.delete_location(location)
    except (PermanentError, TransientError) as error:
        _failed(report, oid, error)
        return False
    Submission.objects.filter(oid=oid, action=Submission.Action.REMOVE).delete()
    return True


def _different(records: list[Record], known: KnownDataset) -> list[str]:
    cubes = (
        DataCube.objects.filter(oid__in=[record.oid for record in records])
        .select_related("metadata", "fits_header", "instrument")
        .prefetch_related("tags", "image_previews")
    )
    contents = {cube.oid: record_content(cube, known) for cube in cubes}
    return [record.oid for record in records if record.oid in contents and differs(contents[record.oid], record, known)]


def _keep_shared_locations(plan: Plan, uses: Counter[str]) -> None:
    """Let each location go with the last record that uses it; one that a record which stays uses is left."""
    for oid, location in plan.remove.items():
        if location is not None:
            uses[location.uri] -= 1
            if uses[location.uri]:
                plan.remove[oid] = None


def _refusal(instrument: Instrument, plan: Plan, number: int, *, has_cubes: bool, options: Options) -> str:
    removals = len(plan.remove)
    if not removals:
        return ""
    if not has_cubes:
        return (
            f"{removals} records of {instrument} would be removed, but the archive has no cube of it at all: "
            "nothing is removed. Look whether the database is the right one."
        )
    most = max(SMALL_REMOVAL, int(number * settings.SVO_MAX_REMOVALS))
    if removals > most and not options.allow_mass_removal:
        return (
            f"{removals} of {number} records of {instrument} would be removed, more than {most}: nothing is removed. "
            "If that is right, run sync_with_svo --allow-mass-removal."
        )
    return ""


def _begin(instruments: list[Instrument]) -> Synchronisation:
    abandoned = Synchronisation.objects.filter(is_running=True, started_at__lt=timezone.now() - ABANDONED_AFTER)
    abandoned.update(is_running=None, finished_at=timezone.now())
    try:
        with transaction.atomic():
            return Synchronisation.objects.create(instruments=[str(instrument) for instrument in instruments])
    except IntegrityError:
        running = Synchronisation.objects.filter(is_running=True).first()
        since = f" since {running.started_at:%Y-%m-%d %H:%M} UTC" if running else ""
        raise AlreadyRunning(f"Another synchronisation runs{since}; wait until it has ended.") from None


def _failed(report: Synchronisation, what: str, error: object) -> None:
    logger.warning("SVO synchronisation: %s: %s", what, error)
    report.failures.append({"what": what, "reason": str(error)})


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
