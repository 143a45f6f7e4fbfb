"""Plans a synchronisation: compares the records of the SVO, read page by page, with the cubes of the archive."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db.models import QuerySet

from common.batches import batches, read_ahead
from common.errors import PermanentError
from datacubes.models import DataCube, Instrument
from svo.addresses import require_public_address
from svo.configuration import KnownDataset, get_client, known_dataset
from svo.datasets import dataset_name, instruments_of
from svo.models import Submission
from svo.records import LOSSES, cubes_with_content, differs, losses, record_content
from svo.resources import Record

SMALL_REMOVAL = 10  # This many records may always be removed or lose something at once.
_BATCH = 100

Item = TypeVar("Item")
Track = Callable[[Iterable[Item], str], Iterable[Item]]

_SCHEMA = """
CREATE TABLE recorded (oid TEXT PRIMARY KEY, location TEXT) WITHOUT ROWID;
CREATE INDEX by_location ON recorded (location);
CREATE TABLE archived (oid TEXT PRIMARY KEY, is_asked INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE differing (oid TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE losing (what TEXT, oid TEXT, PRIMARY KEY (what, oid)) WITHOUT ROWID;
"""
_ADD = "SELECT oid, NULL FROM archived WHERE is_asked AND oid NOT IN (SELECT oid FROM recorded)"
_UPDATE = """
SELECT oid, NULL FROM differing
WHERE oid IN (SELECT oid FROM archived WHERE is_asked) AND oid IN (SELECT oid FROM recorded)
"""
# A location is removed with the last removed record that uses it, but stays if a remaining record uses it.
_REMOVE = """
SELECT oid, CASE WHEN EXISTS (
    SELECT * FROM recorded AS other
    WHERE other.location = gone.location AND other.oid != gone.oid
    AND (other.oid > gone.oid OR other.oid IN (SELECT oid FROM archived))
) THEN NULL ELSE location END
FROM recorded AS gone WHERE oid NOT IN (SELECT oid FROM archived) ORDER BY oid
"""


@dataclass(frozen=True)
class Options:
    """The options of a synchronisation.

    Attributes
    ----------
    instruments
        The names of instruments; empty for all.
    update_existing
        Also update records that differ from their cubes.
    allow_mass_removal
        Remove more records than the setting SVO_MAX_REMOVALS allows.
    allow_mass_change
        Update more records that lose something than SVO_MAX_REMOVALS allows.
    """

    instruments: tuple[str, ...] = ()
    update_existing: bool = False
    allow_mass_removal: bool = False
    allow_mass_change: bool = False


class Change(NamedTuple):
    """A record to be added, updated or removed; `location_uri` is the location to be removed with it."""

    oid: str
    location_uri: str | None


class Changes:
    """The changes of one kind, read one by one from the plan's file."""

    def __init__(self, database: sqlite3.Connection, query: str):
        self._database, self._query = database, query

    def __len__(self) -> int:
        return self._database.execute(f"SELECT COUNT(*) FROM ({self._query})").fetchone()[0]  # noqa: S608  Constants.

    def __iter__(self) -> Iterator[Change]:
        return map(Change._make, self._database.execute(self._query))


class Plan:
    """The changes to be made to one dataset.

    A plan is stored in a temporary file, which is removed with it, so that memory does not grow with the number of
    records.

    Attributes
    ----------
    add, update, remove
        The changes.
    refusal
        Why the plan removes nothing although some records are surplus.
    held_back
        Why some differing records are left out of `update`.
    """

    def __init__(self, known: KnownDataset, instruments: list[Instrument]):
        self.known = known
        self.instruments = instruments
        self.refusal = ""
        self.held_back: list[str] = []
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_SCHEMA)
        self.add = Changes(self._database, _ADD)
        self.update = Changes(self._database, _UPDATE)
        self.remove = Changes(self._database, _REMOVE)

    def __str__(self) -> str:
        return ", ".join(map(str, self.instruments))

    def note_recorded(self, records: Iterable[Record]) -> None:
        """Store records that the SVO has."""
        rows = ((record.oid, record.location.uri if record.location else None) for record in records)
        self._insert("INSERT OR REPLACE INTO recorded VALUES (?, ?)", rows)

    def note_archived(self, oids: Iterable[str], *, is_asked: bool) -> None:
        """Store cubes that the archive has, and whether their records are part of this synchronisation."""
        self._insert("INSERT OR REPLACE INTO archived VALUES (?, ?)", ((oid, is_asked) for oid in oids))

    def note_differing(self, oids: Iterable[str]) -> None:
        """Store cubes whose records differ, or may differ, from the content that would be sent."""
        self._insert("INSERT OR IGNORE INTO differing VALUES (?)", ((oid,) for oid in oids))

    def note_losing(self, losses: Iterable[tuple[str, str]]) -> None:
        """Store what records would lose by their update: pairs of a loss and an OID."""
        self._insert("INSERT OR IGNORE INTO losing VALUES (?, ?)", losses)

    def count_losing(self, what: str) -> int:
        """Return the number of records with this loss."""
        return self._database.execute("SELECT COUNT(*) FROM losing WHERE what = ?", (what,)).fetchone()[0]

    def hold_back(self, what: str, reason: str) -> None:
        """Take the records with this loss out of the updates, and keep the reason."""
        self.held_back.append(reason)
        self._insert("DELETE FROM differing WHERE oid IN (SELECT oid FROM losing WHERE what = ?)", [(what,)])

    def keep(self, oid: str) -> None:
        """Store that a record and its location are kept."""
        self.note_archived([oid], is_asked=False)

    def note_sent(self, oid: str, location_uri: str) -> None:
        """Store that a record is up to date and uses this location."""
        self._insert("INSERT OR REPLACE INTO recorded VALUES (?, ?)", [(oid, location_uri)])
        self._insert("DELETE FROM differing WHERE oid = ?", [(oid,)])

    def is_unshared(self, oid: str, location_uri: str) -> bool:
        """Return whether no other record of the dataset uses this cube's location."""
        query = "SELECT NOT EXISTS (SELECT * FROM recorded WHERE location = ? AND oid != ?)"
        return bool(self._database.execute(query, (location_uri, oid)).fetchone()[0])

    def count_recorded(self) -> int:
        """Return the number of records in the SVO."""
        return self._database.execute("SELECT COUNT(*) FROM recorded").fetchone()[0]

    def _insert(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._database.execute("BEGIN")
        self._database.executemany(statement, rows)
        self._database.execute("COMMIT")


def not_tracked(items: Iterable[Item], what: str) -> Iterable[Item]:
    """Return the items, without a progress bar."""
    return items


def datasets_to_synchronise(names: Iterable[str]) -> dict[str, list[Instrument]]:
    """Return the datasets and instruments to synchronise: those of these names, or all that are not left out.

    Raises
    ------
    PermanentError
        If a name is unknown.
    """
    known = {instrument.name: instrument for instrument in Instrument.objects.select_related("in_svo")}
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise PermanentError(f"Unknown instruments: {', '.join(unknown)}. Known instruments: {', '.join(known)}.")
    datasets: dict[str, list[Instrument]] = {}
    for name, instrument in known.items():
        dataset = dataset_name(instrument)
        if dataset is not None and (not names or name in names):
            datasets.setdefault(dataset, []).append(instrument)
    return datasets


def make_plan(dataset: str, instruments: list[Instrument], options: Options, track: Track = not_tracked) -> Plan:
    """Compare the cubes of instruments with the records of their dataset, without writing to the SVO.

    The records of other instruments that share the dataset, and of instruments that are left out, stay unchanged.

    Raises
    ------
    SvoRefused, SvoUnavailable
        With the server's message.
    PermanentError
        If a setting cannot be used.
    """
    require_public_address()
    client = get_client()
    plan = Plan(known_dataset(client, dataset), instruments)
    pages = read_ahead(batches(client.records(plan.known.dataset.metadata_uri), _BATCH))
    records = track(chain.from_iterable(pages), f"{plan}: comparing")
    for page in batches(records, _BATCH):
        plan.note_recorded(page)
        _compare(page, plan, options)
    # Cubes are read after the records, so that a cube that is ingested meanwhile does not seem to be gone.
    for instrument in instruments_of(dataset):
        oids = DataCube.objects.filter(instrument=instrument).values_list("oid", flat=True)
        plan.note_archived(oids.iterator(), is_asked=instrument in instruments)
    plan.note_differing(_unsent(dataset).iterator())
    plan.refusal = _refusal(plan, options)
    if not options.allow_mass_change:
        _hold_back(plan)
    return plan


def _unsent(dataset: str) -> QuerySet[Submission, str]:
    waiting = Submission.objects.filter(dataset=dataset, action=Submission.Action.SUBMIT)
    return waiting.exclude(state=Submission.State.SUBMITTED).values_list("oid", flat=True)


def _compare(records: list[Record], plan: Plan, options: Options) -> None:
    """Store which records differ from their cubes, and what they would lose: all records, or those of pending cubes."""
    oids = [record.oid for record in records]
    if not options.update_existing:
        oids = list(_unsent(plan.known.dataset.name).filter(oid__in=oids))
    cubes = cubes_with_content().filter(oid__in=oids, instrument__in=plan.instruments, metadata__isnull=False)
    contents = {cube.oid: record_content(cube, plan.known) for cube in cubes}
    for cube in cubes:
        # A cube and its rows refer to each other. Cut apart, they and their headers go now, not with some later round
        # of the garbage collector.
        cube._state.fields_cache.clear()
    changes = [
        (contents[record.oid], record)
        for record in records
        if record.oid in contents and differs(contents[record.oid], record, plan.known)
    ]
    plan.note_differing(record.oid for _, record in changes)
    plan.note_losing((what, record.oid) for content, record in changes for what in losses(content, record))


def _hold_back(plan: Plan) -> None:
    """Hold back updates by which many records lose something: a lost mount or a wrong setting causes that."""
    recorded, most = plan.count_recorded(), _most_at_once(plan)
    for what in LOSSES:
        count = plan.count_losing(what)
        if count > most:
            plan.hold_back(
                what,
                f"{count} of {recorded} records of {plan} would {what}, more than {most}: they stay unchanged. "
                "If that is intended, run sync_with_svo --update-existing --allow-mass-change.",
            )


def _most_at_once(plan: Plan) -> int:
    share = settings.SVO_MAX_REMOVALS
    return max(SMALL_REMOVAL, int(plan.count_recorded() * share)) if 0 <= share <= 1 else SMALL_REMOVAL


def _refusal(plan: Plan, options: Options) -> str:
    removals, recorded = len(plan.remove), plan.count_recorded()
    if not removals:
        return ""
    sharing = [one for one in instruments_of(plan.known.dataset.name) if dataset_name(one) is not None]
    empty = [one for one in sharing if not DataCube.objects.filter(instrument=one).exists()]
    if empty:
        shared = " Leave an instrument that shares a dataset and has no cubes yet out of the SVO."
        return (
            f"{removals} records of {plan} would be removed, but the archive has no cube of "
            f"{', '.join(map(str, empty))} at all: nothing is removed. Check that the database is the right one."
            f"{shared if len(sharing) > 1 else ''}"
        )
    share = settings.SVO_MAX_REMOVALS
    if not 0 <= share <= 1:
        return f"SVO_MAX_REMOVALS is {share}, but must be a share between 0 and 1: nothing is removed."
    most = _most_at_once(plan)
    if removals > most and not options.allow_mass_removal:
        return (
            f"{removals} of {recorded} records of {plan} would be removed, more than {most}: nothing is removed. "
            "If that is intended, run sync_with_svo --allow-mass-removal."
        )
    return ""
