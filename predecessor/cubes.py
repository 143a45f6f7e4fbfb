"""Brings what sst_archive knew of its cubes, and posts the orders that ingest them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import transaction

from common.errors import PermanentError
from common.paths import FileMissing, PathRefused, confined_path
from cubefile.identity import check_oid
from cubefile.names import SUFFIXES
from datacubes.models import DataCube, Instrument
from predecessor.checks import clean_day, clean_email, clean_text
from predecessor.facts import Facts, Release
from predecessor.inheritance import give
from predecessor.models import ImportedCube
from predecessor.report import Report
from predecessor.tables import MOST_OF_A_COMMENT, Cube
from svo.datasets import dataset_name, is_configured
from svo.notes import note_change
from workorders.models import WorkOrder
from workorders.queue import post_orders

_FLAGS = "cubes with events_ingested or features_ingested: here the keywords EVENTS and FEATURES of the file say it"
_KEPT = ("number", "oid", "original_data_class", "facts", "is_applied")


def relative_path(path: str, folder: PurePosixPath) -> str:
    """Return the path of a cube below the science data folder, after the check that every path gets.

    Parameters
    ----------
    folder
        The folder that the paths of sst_archive begin with.

    Raises
    ------
    PermanentError
        If the path is outside of the folder, or has no file that can be ingested.
    TransientError
        If the storage does not answer.
    """
    absolute = PurePosixPath(path)
    if not absolute.is_relative_to(folder) or ".." in absolute.parts:
        raise PermanentError("the path is outside of the folder that --media names")
    relative = str(absolute.relative_to(folder))
    if not relative.lower().endswith(SUFFIXES):
        raise PermanentError("the name is not that of a FITS file")
    try:
        confined_path(Path(settings.SCIENCE_DATA_ROOT), relative)
    except FileMissing:
        raise PermanentError("the file is missing below SCIENCE_DATA_ROOT") from None
    except PathRefused:
        raise PermanentError("the path leaves SCIENCE_DATA_ROOT or is not one of a regular file") from None
    return relative


@dataclass
class _Plan:
    """What is to be done with one cube.

    Attributes
    ----------
    row
        The cube's row of the import, with the facts.
    before
        The facts that an earlier import stored.
    is_new
        Whether this import sees the cube for the first time.
    here
        The cube, if it is here.
    order
        The path to be posted; empty if none is.
    """

    row: ImportedCube
    facts: Facts
    before: Facts
    is_new: bool
    here: DataCube | None = None
    order: str = ""

    @property
    def added(self) -> Facts:
        """What the cube has not been given yet."""
        return self.facts.since(self.before) if self.row.is_applied else self.facts

    @property
    def has_changed(self) -> bool:
        """Whether sst_archive knows something that the row does not hold."""
        return self.is_new or self.facts != self.before


@dataclass
class CubeImport:
    """The import of cubes, batch by batch.

    Attributes
    ----------
    folder
        The folder that the paths of sst_archive begin with.
    groups
        The group here of each number there.
    tags
        The kind and name here of each tag there.
    """

    folder: PurePosixPath
    groups: dict[int, str]
    tags: dict[str, tuple[str, str]]
    report: Report
    is_plan: bool
    _paths: set[str] = field(default_factory=set)
    _instruments: set[str] = field(default_factory=lambda: set(Instrument.objects.values_list("name", flat=True)))

    def take(self, batch: Iterable[Cube]) -> None:
        """Take over some hundred cubes in one transaction."""
        cubes = [cube for cube in batch if self._oid_fits(cube)]
        plans = self._plans(cubes)
        for plan in plans:
            self._count(plan)
        if not self.is_plan:
            with transaction.atomic():
                self._write(plans)

    def _oid_fits(self, cube: Cube) -> bool:
        try:
            check_oid(cube.oid or ".")
        except PermanentError:
            self.report.refuse("cubes: the OID is empty or cannot be part of a URL", cube.oid or cube.number)
            return False
        return True

    def _plans(self, cubes: list[Cube]) -> list[_Plan]:
        oids = [cube.oid for cube in cubes]
        known = {row.number: row for row in ImportedCube.objects.filter(number__in=[cube.number for cube in cubes])}
        taken = set(ImportedCube.objects.filter(oid__in=oids).values_list("oid", "number"))
        here = {cube.oid: cube for cube in DataCube.every.filter(oid__in=oids)}
        plans = []
        for cube in cubes:
            row = known.get(cube.number)
            others = {number for oid, number in taken if oid == cube.oid} - {cube.number}
            if others or (row and row.oid != cube.oid):
                self.report.refuse("cubes: its number or OID belonged to another cube at an earlier import", cube.oid)
                continue
            taken.add((cube.oid, cube.number))
            data_class = cube.access.data_class[:40] if cube.access and cube.access.data_class.isprintable() else ""
            before = Facts.from_json(row.facts) if row else Facts()
            plan = _Plan(
                row or ImportedCube(number=cube.number, oid=cube.oid, original_data_class=data_class),
                self._facts(cube, is_new=not row),
                before,
                is_new=not row,
                here=here.get(cube.oid),
            )
            plan.order = self._path(cube) if not plan.here else ""
            self._note(cube, plan)
            plans.append(plan)
        return self._without_ordered(plans)

    def _facts(self, cube: Cube, *, is_new: bool) -> Facts:
        report = self.report if is_new else Report()  # What was refused before is not reported again and again.
        release = None
        if cube.access:
            try:
                release = Release(
                    clean_day(cube.access.release_date), clean_text(cube.access.release_comment, MOST_OF_A_COMMENT)
                )
            except PermanentError as refused:
                report.refuse(f"release dates and comments: {refused}; the cube stays restricted", cube.oid)
                release = Release(None, "")
            else:
                if not release.day:
                    report.note("cubes without a release date: they stay restricted until staff set one", cube.oid)
        emails: dict[str, str] = {}
        for raw in cube.emails:
            try:
                email = clean_email(raw)
            except PermanentError as refused:
                report.refuse(f"grants by e-mail address: {refused}", raw)
            else:
                emails.setdefault(email.lower(), email)
        return Facts(
            release=release,
            emails=sorted(emails.values()),
            groups=sorted({self.groups[number] for number in cube.groups if number in self.groups}),
            tags=sorted({self.tags[name] for name in cube.tags if name in self.tags}),
        )

    def _path(self, cube: Cube) -> str:
        """Return the path to be posted, or an empty text."""
        try:
            path = relative_path(cube.path, self.folder)
        except PermanentError as refused:
            self.report.refuse(f"files: {refused}", cube.path)
            return ""
        if path in self._paths:
            self.report.refuse("files: another cube has the same path", cube.path)
            return ""
        self._paths.add(path)
        return path

    def _note(self, cube: Cube, plan: _Plan) -> None:
        if not plan.is_new:
            return
        if not cube.access:
            self.report.note("cubes without access rules in sst_archive: their header decides", cube.oid)
        if cube.events_ingested or cube.features_ingested:
            self.report.note(_FLAGS)
        if cube.instrument not in self._instruments and not plan.here:
            self.report.note(
                "cubes of an instrument that is not registered here: add it under Instruments in the admin",
                cube.instrument,
            )

    def _without_ordered(self, plans: list[_Plan]) -> list[_Plan]:
        """Post no path a second time, nor one that the archive has under another OID."""
        paths = [plan.order for plan in plans if plan.order]
        ordered = set(WorkOrder.objects.filter(relative_path__in=paths).values_list("relative_path", flat=True))
        cubes = dict(DataCube.objects.filter(relative_path__in=paths).values_list("relative_path", "oid"))
        for plan in plans:
            if plan.order in cubes:
                self.report.refuse("files: the archive has the file under another OID", cubes[plan.order])
                plan.order = ""
            elif plan.order in ordered:
                if plan.is_new:
                    self.report.note("files that were posted here before; they are not posted again", plan.order)
                plan.order = ""
        return plans

    def _count(self, plan: _Plan) -> None:
        report = self.report
        report.took("cubes with their OID", int(plan.is_new))
        if plan.has_changed:
            added = plan.facts.since(plan.before)
            report.took("release dates", int(bool(added.release and added.release.day)))
            report.took("grants by e-mail address", len(added.emails))
            report.took("grants of groups", len(added.groups))
            report.took("tags of cubes", len(added.tags))
        report.took("orders to ingest a cube", int(bool(plan.order)))
        if not plan.here:
            report.note("cubes that wait for their ingestion; they get release, grants and tags with it")

    def _write(self, plans: list[_Plan]) -> None:
        ids = [plan.here.pk for plan in plans if plan.here]
        cubes = DataCube.every.select_for_update(of=("self",)).select_related("instrument")
        locked = {cube.oid: cube for cube in cubes.filter(pk__in=ids).order_by("pk")}
        changed = []
        for plan in plans:
            cube = locked.get(plan.row.oid)
            is_owed = plan.has_changed or not plan.row.is_applied
            if cube and is_owed:
                self._give(plan, cube)
            if plan.has_changed or (cube and is_owed):
                plan.row.facts, plan.row.is_applied = plan.facts.as_json(), bool(cube)
                changed.append(plan.row)
        ImportedCube.objects.bulk_create(
            [ImportedCube(**{name: getattr(row, name) for name in _KEPT}) for row in changed],
            update_conflicts=True,
            unique_fields=["number"],
            update_fields=["facts", "is_applied"],
        )
        post_orders([(plan.order, {"oid": plan.row.oid}) for plan in plans if plan.order])

    def _give(self, plan: _Plan, cube: DataCube) -> None:
        keywords = getattr(cube, "metadata", None)
        changes = give(cube, keywords.keywords.get if keywords else {}.get, plan.added, before=plan.before.release)
        dataset = dataset_name(cube.instrument) if "tags" in changes and is_configured() else None
        if dataset and not cube.withdrawn_at:
            note_change(cube.oid, dataset)
