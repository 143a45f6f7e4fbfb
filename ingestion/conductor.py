"""Conducts ingestions: decides which steps run, in which order, and why one is skipped.

An ingestion has two halves. `read_cube` opens the file, decides what has changed and reads everything that is needed,
without changing a row. `write_cube` changes the cube's rows within the caller's transaction. So the caller can change
its own rows (such as a work order) and the cube's rows together, or none of them.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import transaction

from common.errors import PermanentError, TransientError, quoted
from common.paths import is_there
from common.rows import only_row, unique_row
from cubefile import telescopes
from cubefile.cube import CubeFile, open_cube
from cubefile.identity import identify, instrument_name
from cubefile.telescopes import Product
from datacubes.media import discard_files
from datacubes.models import Companion, DataCube
from datacubes.observations import refresh_observation
from datacubes.steps.base import CubeRows, IngestRequest, Material, NothingToDo, Outcome, Step, StepResult
from datacubes.steps.companion import CompanionStep
from datacubes.steps.data_access import DataAccessStep
from datacubes.steps.data_cube import DataCubeStep, find_instrument
from datacubes.steps.fits_header import FITSHeaderStep
from datacubes.steps.image_previews import ImagePreviewsStep
from datacubes.steps.metadata import MetadataStep
from datacubes.steps.plot_data import PlotDataStep
from datacubes.steps.tags import TagsStep
from datacubes.steps.video_previews import VideoPreviewsStep
from ingestion.signals import changed
from svo.step import SVOStep

logger = logging.getLogger(__name__)

STEPS: tuple[Step[Any], ...] = (
    DataCubeStep(),
    DataAccessStep(),
    FITSHeaderStep(),
    MetadataStep(),
    TagsStep(),
    PlotDataStep(),
    ImagePreviewsStep(),
    VideoPreviewsStep(),
    SVOStep(),
)
"""The steps of a cube, in order."""

COMPANION_STEPS: tuple[Step[Any], ...] = (CompanionStep(),)
"""The steps of a companion."""


def steps_of(product: Product) -> tuple[Step[Any], ...]:
    """Return the steps for a file."""
    return COMPANION_STEPS if product.companion else STEPS


@dataclass(frozen=True)
class IngestResult:
    """The result of an ingestion.

    Attributes
    ----------
    oid
        The cube's observation id.
    checksum, checksum_status
        CHECKSUM of the primary HDU (None without one), and “verified”, “absent” or “mismatch”.
    steps
        Each step with its outcome, in order.
    warnings
        Sentences about faults that did not refuse the file.
    """

    oid: str
    checksum: str | None
    checksum_status: str
    steps: list[StepResult]
    warnings: list[str]


@dataclass(frozen=True)
class _Part:
    """One step of a reading: its final result, or the values to be written."""

    step: Step[Any]
    seconds: float
    fingerprint: str | None = None
    result: StepResult | None = None
    values: Any = None


@dataclass
class Reading:
    """Everything that an ingestion reads from a file, from `read_cube`, for `write_cube`.

    As a context manager, it removes the new files of previews if its block fails, unless `keep_files` was called.

    Attributes
    ----------
    seen_sources
        The `sources` of the cube's row at the time of reading; None if the cube is new.
    """

    material: Material
    seen_sources: dict[str, str] | None
    parts: list[_Part] = field(default_factory=list)
    _files_stay: bool = False

    def __enter__(self) -> "Reading":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None and not self._files_stay:
            discard_files(self.material.new_files)

    def keep_files(self) -> None:
        """Keep the new files from now on. Call this last in the transaction that writes the reading.

        Only the commit can fail afterwards, and a lost answer leaves open whether it succeeded. If it failed,
        `prune_media` removes the files.
        """
        self._files_stay = True

    @property
    def oid(self) -> str:
        """The OID of the cube."""
        return self.material.identity.oid


def ingest(request: IngestRequest) -> IngestResult:
    """Ingest a file in this process.

    Raises
    ------
    PermanentError
        If the file or the request is wrong; no row has changed.
    TransientError
        If a later attempt may succeed; no row has changed.
    """
    with read_cube(request) as reading, transaction.atomic():
        result = write_cube(reading)
        reading.keep_files()
    return result


def read_cube(request: IngestRequest, on_step: Callable[[StepResult], object] = lambda step: None) -> Reading:
    """Open the file and read everything that its ingestion needs, skipping steps whose source is unchanged.

    The files of previews are written here. `on_step` is called after each step.

    Raises
    ------
    PermanentError, TransientError
        As `ingest`.
    """
    clock = _Clock()
    with open_cube(Path(settings.SCIENCE_DATA_ROOT), request.relative_path) as cube_file:
        cube_file.check_whole()
        reading = _begin_reading(cube_file, request)
        known = {} if request.force else reading.seen_sources or {}
        with reading:
            for step in () if reading.parts else steps_of(reading.material.product):
                part = replace(_read_step(step, reading.material, known), seconds=clock.lap())
                reading.parts.append(part)
                on_step(replace(part.result or StepResult(step.name, Outcome.READ), seconds=part.seconds))
            reading.material.warnings.extend(
                f"The data of the table {name} do not agree with its DATASUM: the file is damaged, or was edited."
                for name in sorted(cube_file.damaged_tables)
            )
            cube_file.check_unchanged()
    return reading


def write_cube(reading: Reading) -> IngestResult:
    """Update the rows of a cube from a reading. Needs a transaction, which must call `keep_files` at its end.

    Raises
    ------
    TransientError
        If another ingestion has changed the cube since it was read.
    """
    clock = _Clock()
    material = reading.material
    rows = CubeRows(
        material,
        found=None if reading.seen_sources is None else _lock_cube(reading),
        sources={part.step.name: part.fingerprint for part in reading.parts if part.fingerprint},
        values={part.step.name: part.values for part in reading.parts if part.values is not None},
    )
    for part in reading.parts:
        result = part.result or _write_step(part, rows)
        rows.results.append(replace(result, seconds=part.seconds + clock.lap()))
    for observation_id in sorted(rows.observations):  # A fixed order prevents deadlocks.
        locked = rows.locked_observation
        refresh_observation(observation_id, locked if locked and locked.id == observation_id else None)
    if {result.outcome for result in rows.results} & {Outcome.CREATED, Outcome.UPDATED}:
        is_new = rows.created and not material.product.companion
        changed.send(DataCube, oid=reading.oid, path=material.cube_file.relative_path, is_new=is_new)
    return IngestResult(
        oid=reading.oid,
        checksum=material.cube_file.checksum,
        checksum_status=material.cube_file.checksum_status,
        steps=rows.results,
        warnings=material.warnings,
    )


class _Clock:
    """Divides the elapsed time among the steps; opening the file counts for the first."""

    def __init__(self) -> None:
        self._at = time.perf_counter()

    def lap(self) -> float:
        """Return the seconds since the last lap."""
        before, self._at = self._at, time.perf_counter()
        return self._at - before


def _begin_reading(cube_file: CubeFile, request: IngestRequest) -> Reading:
    name, path = instrument_name(cube_file), cube_file.relative_path
    cubes = DataCube.every.select_related("instrument", "observation", "access")
    at_path = list(cubes.filter(relative_path=path).order_by())
    known = (cube.instrument for cube in at_path if cube.instrument.name == name)
    instrument = next(known, None) or find_instrument(name)
    telescope = telescopes.get(instrument.telescope)
    cube_file.layout = telescope.layout
    identity, product = identify(cube_file, telescope, request.oid), telescope.product(cube_file)
    cube = None
    if product.companion:
        companion = only_row(Companion.objects.filter(oid=identity.oid, kind=product.companion))
        left_alone = _later_export(companion, product, path)
    else:
        cube = next((cube for cube in at_path if cube.oid == identity.oid), None)
        cube = cube or only_row(cubes.filter(oid=identity.oid))
        left_alone = _later_export(cube, product, path)
    material = Material(
        cube_file,
        telescope,
        identity,
        product,
        request,
        instrument,
        overwritten=[other for other in at_path if other.oid != identity.oid and other.withdrawn_at is None],
        seen=cube,
    )
    if cube_file.checksum_status == "mismatch":
        material.warnings.append(
            f"CHECKSUM {quoted(cube_file.checksum)} does not agree with the header and DATASUM. Most likely the header "
            "was edited without a new CHECKSUM, for example to add FEATURES or EVENTS."
        )
    reading = Reading(material, seen_sources=cube.sources if cube else None)
    if left_alone and not request.force:
        step = steps_of(product)[0]
        reading.parts.append(_Part(step, 0.0, result=StepResult(step.name, Outcome.SKIPPED, left_alone)))
    return reading


def _later_export(known: DataCube | Companion | None, product: Product, path: str) -> str:
    """Compare a file with the archive's file of the same OID, if that still exists at another path.

    Returns
    -------
    str
        The reason to skip the file: the archive has a later export of it. Empty if the file replaces the other.

    Raises
    ------
    PermanentError
        Naming both files, if they are different products.
    """
    if known is None or not known.product or known.relative_path == path:
        return ""
    same = known.product == product.name[:255]
    if same and not known.exported > product.exported[:32]:
        return ""
    if not is_there(Path(settings.SCIENCE_DATA_ROOT), known.relative_path):
        return ""
    if same:
        return f"The archive has a later export of this file, “{known.relative_path}”."
    raise PermanentError(
        f"The OID of “{path}” is {known.oid}, which belongs to “{known.relative_path}”, another product that still "
        "exists. Post the file with another `oid`, or remove the other file first."
    )


def _lock_cube(reading: Reading) -> DataCube:
    """Lock the cube's row until the transaction ends, and check that it is unchanged since the reading."""
    # Nothing is joined: PostgreSQL would return it as of before the wait for the lock, and staff may have changed the
    # access rules during it.
    cube = unique_row(DataCube, oid=reading.oid, locked=True)
    if cube is None or cube.sources != reading.seen_sources:
        raise TransientError(f"Another ingestion changed the cube {reading.oid} at the same time.")
    seen = reading.material.seen
    if seen is not None and seen.observation_id == cube.observation_id:
        cube.observation = seen.observation  # An observation keeps its POINT_ID.
    return cube


def _read_step(step: Step[Any], material: Material, known_sources: dict[str, str]) -> _Part:
    try:
        fingerprint = _fingerprint(step, material)
        if fingerprint is not None and known_sources.get(step.name) == fingerprint:
            skipped = StepResult(step.name, Outcome.SKIPPED, step.unchanged_reason)
            return _Part(step, 0.0, fingerprint, result=skipped)
        values = step.read(material)
        return _Part(step, 0.0, _fingerprint(step, material), values=values)
    except NothingToDo as nothing:
        return _Part(step, 0.0, result=StepResult(step.name, Outcome.SKIPPED, str(nothing)))
    except PermanentError as error:
        if not step.optional:
            raise
        logger.warning("Step %s of %s failed: %s", step.name, material.request.relative_path, error)
        material.warnings.append(f"{step.name}: {error}")
        return _Part(step, 0.0, result=StepResult(step.name, Outcome.FAILED, str(error)))


def _fingerprint(step: Step[Any], material: Material) -> str | None:
    state = step.fingerprint(material)
    return state and f"{state} v{step.version}"


def _write_step(part: _Part, rows: CubeRows) -> StepResult:
    outcome, reason = part.step.write(rows, part.values)
    if rows.created and outcome is Outcome.UPDATED and not rows.material.product.companion:
        outcome = Outcome.CREATED
    return StepResult(part.step.name, outcome, reason)
