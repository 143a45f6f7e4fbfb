"""The conductor: which steps an ingestion runs, in which order, and why one is skipped.

An ingestion has two halves. `read_cube` opens the file, decides what has changed and takes everything that is needed
from it, without touching a row. `write_cube` changes the rows of the cube; it must be called within a transaction, so
that whoever calls it can change rows of its own (such as a work order) together with those of the cube, or not at all.
"""

import logging
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from common.errors import PermanentError, TransientError, quoted
from cubefile import CubeFile, open_cube, telescopes
from cubefile.identity import identify, instrument_name
from datacubes.media import discard_files
from datacubes.models import DataCube, Instrument
from datacubes.observations import refresh_observation
from datacubes.steps import (
    data_access,
    data_cube,
    fits_header,
    image_previews,
    metadata,
    plot_data,
    tags,
    video_previews,
)
from datacubes.steps.base import IngestRequest, Material, NothingToDo, Outcome, Step, StepResult
from svo.step import tell_svo

logger = logging.getLogger(__name__)

STEPS: tuple[Step, ...] = (
    fits_header.STEP,
    metadata.STEP,
    tags.STEP,
    plot_data.STEP,
    image_previews.STEP,
    video_previews.STEP,
)


@dataclass(frozen=True)
class IngestResult:
    """What an ingestion did.

    Attributes
    ----------
    oid
        The cube's observation id.
    checksum, checksum_status
        CHECKSUM of the primary HDU (None without one), and “verified”, “absent” or “mismatch”.
    steps
        Each step with its outcome, in order.
    warnings
        Sentences on what was accepted although it is not as it should be.
    """

    oid: str
    checksum: str | None
    checksum_status: str
    steps: list[StepResult]
    warnings: list[str]


@dataclass
class _Part:
    """One step of a reading: either an outcome that stands already, or values to be written."""

    step: Step
    seconds: float
    fingerprint: str | None = None
    outcome: Outcome | None = None
    reason: str = ""
    values: Any = None


@dataclass
class Reading:
    """All that an ingestion takes from a cube file; made by `read_cube`, carried out by `write_cube`.

    Attributes
    ----------
    seen_sources
        What the cube's row says of its sources; None where there is no such cube yet.
    overwritten
        Other cubes whose file was at the same path.
    files_stay
        Whether the new files are left as they are if the block ends in an error; see `keep_files`.
    """

    material: Material
    instrument: Instrument
    release: data_access.HeaderRelease
    seen_sources: dict[str, str] | None
    overwritten: list[DataCube]
    seconds: float
    parts: list[_Part] = field(default_factory=list)
    files_stay: bool = False

    def __enter__(self) -> "Reading":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Remove the new files if no rows name them."""
        if error is not None and not self.files_stay:
            discard_files(self.material.new_files)

    def keep_files(self) -> None:
        """Leave the new files whatever comes; the last act of the transaction in which the reading is written.

        Then only the commit is left to fail; and whether a commit was lost, or only its answer, cannot be known.
        `prune_media` removes the files in the first case.
        """
        self.files_stay = True

    @property
    def oid(self) -> str:
        """The observation id of the cube that was read."""
        return self.material.identity.oid


def ingest(request: IngestRequest) -> IngestResult:
    """Ingest a cube, here and now.

    Raises
    ------
    PermanentError
        If the file or the request is wrong; no row has changed.
    TransientError
        If it should be tried again later; no row has changed.
    """
    with read_cube(request) as reading, transaction.atomic():
        result = write_cube(reading)
        reading.keep_files()
    return result


def read_cube(request: IngestRequest) -> Reading:
    """Open the cube file and read what its ingestion needs; skip the steps whose source has not changed.

    Previews are written to files at once. The reading is a context, in which it is to be written: its files go if it
    is not.

    Raises
    ------
    PermanentError, TransientError
        As for `ingest`.
    """
    with open_cube(Path(settings.SCIENCE_DATA_ROOT), request.relative_path) as cube_file:
        cube_file.check_whole()
        reading = _begin_reading(cube_file, request)
        known = {} if request.force else reading.seen_sources or {}
        try:
            reading.parts = [_read_step(step, reading.material, known) for step in STEPS]
            cube_file.check_unchanged()
        except BaseException:
            discard_files(reading.material.new_files)
            raise
    return reading


def write_cube(reading: Reading) -> IngestResult:
    """Bring the rows of a cube to what was read. Must be called within a transaction, which ends with `keep_files`.

    Raises
    ------
    TransientError
        If another ingestion has changed the cube since it was read.
    """
    started = time.perf_counter()
    material = reading.material
    created = reading.seen_sources is None
    cube = None if created else _lock_cube(reading)
    sources = {part.step.name: part.fingerprint for part in reading.parts if part.fingerprint}
    change = data_cube.write(material, cube, reading.instrument, sources, reading.overwritten)
    results = [
        StepResult(data_cube.NAME, change.outcome, change.reason, reading.seconds + time.perf_counter() - started)
    ]
    started = time.perf_counter()
    outcome, reason = data_access.write(change.cube, reading.release, material, created=created)
    results.append(StepResult(data_access.NAME, outcome, reason, time.perf_counter() - started))
    results += [_write_step(part, change.cube, created=created) for part in reading.parts]
    results.append(
        tell_svo(change.cube, reading.instrument, results, reading.overwritten, force=material.request.force)
    )
    _let_observations_follow(change, metadata_changed=any(part.outcome is None for part in reading.parts))
    return IngestResult(
        oid=reading.oid,
        checksum=material.cube_file.checksum,
        checksum_status=material.cube_file.checksum_status,
        steps=results,
        warnings=material.warnings,
    )


def _begin_reading(cube_file: CubeFile, request: IngestRequest) -> Reading:
    started = time.perf_counter()
    instrument = data_cube.find_instrument(instrument_name(cube_file))
    telescope = telescopes.get(instrument.telescope)
    cube_file.layout = telescope.layout
    material = Material(cube_file, telescope, identify(cube_file, telescope, request.oid), request)
    if cube_file.checksum_status == "mismatch":
        material.warnings.append(
            f"CHECKSUM {quoted(cube_file.checksum)} does not agree with the header and DATASUM: the header was edited "
            "without updating them, or is damaged."
        )
    oid, path = material.identity.oid, cube_file.relative_path
    cubes = list(DataCube.objects.filter(Q(oid=oid) | Q(relative_path=path)))
    cube = next((cube for cube in cubes if cube.oid == oid), None)
    return Reading(
        material=material,
        instrument=instrument,
        release=data_access.read(material),
        seen_sources=cube.sources if cube else None,
        overwritten=[other for other in cubes if other.oid != oid],
        seconds=time.perf_counter() - started,
    )


def _lock_cube(reading: Reading) -> DataCube:
    """Lock the cube's row until the transaction ends, and make sure that it still is as it was seen."""
    # Its access rules are not joined: PostgreSQL would give them as they were before the wait for the lock, in which
    # staff may have changed them.
    cubes = DataCube.objects.select_for_update(of=("self",)).select_related("observation")
    cube = cubes.filter(oid=reading.oid).first()
    if cube is None or cube.sources != reading.seen_sources:
        raise TransientError(f"Another ingestion changed the cube {reading.oid} at the same time.")
    return cube


def _read_step(step: Step, material: Material, known_sources: dict[str, str]) -> _Part:
    started = time.perf_counter()
    part = _Part(step, 0.0)
    try:
        part.fingerprint = step.fingerprint(material)
        if part.fingerprint is not None and known_sources.get(step.name) == part.fingerprint:
            part.outcome, part.reason = Outcome.SKIPPED, step.unchanged_reason
        else:
            part.values = step.read(material)
    except NothingToDo as nothing:
        part.outcome, part.reason, part.fingerprint = Outcome.SKIPPED, str(nothing), None
    except PermanentError as error:
        if not step.optional:
            raise
        logger.warning("Step %s of %s failed: %s", step.name, material.request.relative_path, error)
        part.outcome, part.reason, part.fingerprint = Outcome.FAILED, str(error), None
        material.warnings.append(f"{step.name}: {error}")
    part.seconds = time.perf_counter() - started
    return part


def _write_step(part: _Part, cube: DataCube, *, created: bool) -> StepResult:
    if part.outcome is not None:
        return StepResult(part.step.name, part.outcome, part.reason, part.seconds)
    started = time.perf_counter()
    outcome, reason = part.step.write(cube, part.values, created=created)
    if created and outcome is Outcome.UPDATED:
        outcome = Outcome.CREATED
    return StepResult(part.step.name, outcome, reason, part.seconds + time.perf_counter() - started)


def _let_observations_follow(change: data_cube.CubeChange, *, metadata_changed: bool) -> None:
    followers = set()
    if metadata_changed or change.outcome is not Outcome.SKIPPED:
        followers.add(change.cube.observation_id)
    if change.left_observation_id is not None:
        followers.add(change.left_observation_id)
    for observation_id in sorted(followers):  # Always in the same order: two ingestions must not wait for each other.
        refresh_observation(observation_id)
