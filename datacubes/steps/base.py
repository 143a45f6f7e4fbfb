"""The contract of a step, with its inputs and results."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from cubefile.identity import Identity
from cubefile.telescopes import Product, Telescope
from datacubes.models import DataCube, Instrument, Observation

if TYPE_CHECKING:
    from cubefile.cube import CubeFile

Values = TypeVar("Values")
"""The values that a step reads from the file and writes into rows."""


class Outcome(StrEnum):
    """The outcome of a step. READ is that of a run under way: its source was read, its rows are not yet written."""

    READ = "read"
    CREATED = "created"
    UPDATED = "updated"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class IngestRequest:
    """A request to ingest a file, as plain values.

    Attributes
    ----------
    relative_path
        The file's path below the science data folder.
    oid
        Replaces the OID from the header.
    owner_email_addresses
        Replaces the grants by e-mail address; None leaves them as they are.
    swedish_data
        True grants access to the group “Swedish User”, False revokes it, None leaves it as it is.
    image_preview, video_preview
        Paths of the pipeline's own image and movie below the science data folder.
    force
        Run every step, also those whose source is unchanged.
    """

    relative_path: str
    oid: str | None = None
    owner_email_addresses: list[str] | None = None
    swedish_data: bool | None = None
    image_preview: str | None = None
    video_preview: str | None = None
    force: bool = False


@dataclass(frozen=True)
class Material:
    """The sources that the steps of one ingestion read.

    Attributes
    ----------
    product
        The file's part in its export.
    instrument
        The row that INSTRUME names.
    overwritten
        Other cubes whose file was at this path.
    seen
        The cube's row as of the reading; None if the cube is new. `write` must look at the locked row instead.
    warnings
        Sentences about faults that do not refuse the file. Steps add to them.
    new_files
        Names below MEDIA_ROOT of the files that steps have written. Steps add to them.
    """

    cube_file: "CubeFile"
    telescope: Telescope
    identity: Identity
    product: Product
    request: IngestRequest
    instrument: Instrument
    overwritten: list[DataCube]
    seen: DataCube | None = None
    warnings: list[str] = field(default_factory=list)
    new_files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class StepResult:
    """The outcome of a step, the reason, and the duration in seconds."""

    name: str
    outcome: Outcome
    reason: str = ""
    seconds: float = 0.0


@dataclass
class CubeRows:
    """The cube's rows, which all steps write within one transaction.

    Attributes
    ----------
    material
        The sources that were read.
    found
        The cube's row at the start of the transaction, locked; None if the cube is new.
    sources
        The fingerprint of each step's source, to be stored with the cube.
    values
        What each step has read, by the step's name.
    results
        The results of the steps before this one.
    observations
        Primary keys of the observations to refresh at the end. Steps add to them.
    locked_observation
        The cube's observation, if this transaction has created it or may have changed its times.
    """

    material: Material
    found: DataCube | None
    sources: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    results: list[StepResult] = field(default_factory=list)
    observations: set[int] = field(default_factory=set)
    locked_observation: Observation | None = None
    _cube: DataCube | None = None

    @property
    def created(self) -> bool:
        """Whether this ingestion adds the cube."""
        return self.found is None

    @property
    def cube(self) -> DataCube:
        """The cube's row, once the first step has written it."""
        if self._cube is None:
            raise RuntimeError("The cube has no row yet: the step data_cube must run first.")
        return self._cube

    @cube.setter
    def cube(self, cube: DataCube) -> None:
        self._cube = cube


class NothingToDo(Exception):
    """The source of a step is missing; the message says which."""


class Step(ABC, Generic[Values]):
    """Brings one kind of data into the archive: one module here, one line in the conductor's list.

    A step must

    - have a unique `name`, by which orders show it and the cube's `sources` hold its fingerprint;
    - raise its `version` when it would write different rows for an unchanged file. Then only this step runs again for
      every cube. `tests/ingestion/test_step_versions.py` reminds of it;
    - read everything that it needs from the file in `read`, and update the rows in `write`, which may run twice.

    A step may

    - skip itself: by `fingerprint`, by `NothingToDo`, or if `write` finds the rows up to date;
    - add to the material's `warnings`;
    - write files below MEDIA_ROOT in `read`, under new names that it adds to the material's `new_files`.

    A step must not

    - change rows in `read`, or read the cube's file in `write`;
    - read the whole array, or wait for anything except the storage and the database;
    - use orders, HTTP or Celery.

    An unreadable keyword of identity (DATE-BEG, INSTRUME, POINT_ID, the parts of the OID) refuses the cube with a
    `PermanentError`; so does an unreadable RELEASE, which decides access. For any other keyword, such as DATE-END,
    WAVEMIN or the length of an axis, the step adds a sentence to `material.warnings` that gives the keyword, its value
    and what was expected. The column then stays empty, or has its default.

    Attributes
    ----------
    unchanged_reason
        The reason given when the step is skipped because its fingerprint is unchanged.
    optional
        Whether the ingestion continues without this step if its source cannot be used.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    unchanged_reason: ClassVar[str] = "CHECKSUM and header are those of the last completed ingestion."
    optional: ClassVar[bool] = False

    def fingerprint(self, material: Material) -> str | None:
        """Return a text that changes with the step's source; None if the step always runs.

        It is asked before `read`, and again after it: what was found damaged then must have no fingerprint, so that a
        good copy of it is read.
        """
        return None

    @abstractmethod
    def read(self, material: Material) -> Values:
        """Return the values that `write` needs from the cube file.

        Raises
        ------
        NothingToDo
            If the source is missing; existing rows stay.
        PermanentError, TransientError
            If the source cannot be used, or cannot be used now.
        """

    @abstractmethod
    def write(self, rows: CubeRows, values: Values) -> tuple[Outcome, str]:
        """Update the rows with the values, and return the outcome and its reason.

        For a new cube, the conductor changes *updated* to *created*.
        """
