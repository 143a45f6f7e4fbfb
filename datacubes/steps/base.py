"""The contract of a step, what steps are given, and what they answer."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from cubefile import CubeFile
from cubefile.hdu import checksum_agrees
from cubefile.identity import Identity
from cubefile.telescopes import Product, Telescope
from datacubes.models import DataCube, Instrument

Values = TypeVar("Values")
"""What a step takes from the file and writes into rows."""


class Outcome(StrEnum):
    """What became of a step."""

    CREATED = "created"
    UPDATED = "updated"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class IngestRequest:
    """What is asked with a cube, as plain values.

    Attributes
    ----------
    relative_path
        The cube's path below the science data folder.
    oid
        Overrides the OID that is derived from the header.
    owner_email_addresses
        Replaces the grants by e-mail address; None leaves them as they are.
    swedish_data
        True grants the group “Swedish User” access, False revokes it, None leaves it as it is.
    image_preview, video_preview
        Paths of the pipeline's own image and movie below the science data folder.
    force
        Ingest as if nothing had been ingested before.
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
    """What the steps of one ingestion read from.

    Attributes
    ----------
    product
        Which file of an export this is.
    instrument
        The row that INSTRUME names.
    overwritten
        Other cubes whose file was at this path.
    warnings
        Sentences on what was accepted although it is not as it should be; steps add to them.
    new_files
        Names, below MEDIA_ROOT, of the files that steps have written; steps add to them.
    """

    cube_file: CubeFile
    telescope: Telescope
    identity: Identity
    product: Product
    request: IngestRequest
    instrument: Instrument
    overwritten: list[DataCube]
    warnings: list[str] = field(default_factory=list)
    new_files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class StepResult:
    """What a step did, why, and how many seconds it took."""

    name: str
    outcome: Outcome
    reason: str = ""
    seconds: float = 0.0


@dataclass
class CubeRows:
    """The rows of the cube that the steps write, within the one transaction of the ingestion.

    Attributes
    ----------
    material
        What was read from.
    found
        The cube's row as it was found, locked; None if the cube is new.
    sources
        The fingerprint of each step's source, to be stored with the cube.
    results
        What the steps before this one did.
    observations
        Primary keys of the observations whose begin and end must follow their cubes; steps add to them.
    """

    material: Material
    found: DataCube | None
    sources: dict[str, str]
    results: list[StepResult] = field(default_factory=list)
    observations: set[int] = field(default_factory=set)
    _cube: DataCube | None = None

    @property
    def created(self) -> bool:
        """Whether this ingestion adds the cube."""
        return self.found is None

    @property
    def cube(self) -> DataCube:
        """The cube's row, once the first step has written it."""
        if self._cube is None:
            raise RuntimeError("The step data_cube, which writes the cube's row, comes first.")
        return self._cube

    @cube.setter
    def cube(self, cube: DataCube) -> None:
        self._cube = cube


class NothingToDo(Exception):
    """A step finds nothing to make its rows from; the message says what is missing."""


class Step(ABC, Generic[Values]):
    """One kind of data that an ingestion brings into the archive: one file here, one line in the conductor's list.

    A step must

    - have a `name` of its own, under which orders show it and the cube's `sources` hold its fingerprint;
    - raise its `version` when it makes other rows of the same file. Then this step alone runs again for every cube,
      and `tests/ingestion/test_step_versions.py` says so;
    - take all that it needs from the file in `read`, and bring the rows to it in `write`, also if it runs twice.

    A step may

    - skip itself: by `fingerprint`, by `NothingToDo`, or by finding in `write` that the rows are as they should be;
    - add to the material's `warnings`;
    - write files below MEDIA_ROOT in `read`, under new names that it adds to the material's `new_files`.

    A step may not

    - change rows in `read`, or read the cube's file in `write`;
    - read the whole array, or wait for anything but the storage and the database;
    - know of orders, HTTP or Celery.

    Keywords that cannot be read: those of identity (DATE-BEG, INSTRUME, POINT_ID, the parts of the OID) and RELEASE,
    which decides access, refuse the cube with a `PermanentError`. For any other, such as DATE-END, WAVEMIN or the
    length of an axis, the step adds a sentence to `material.warnings` that names the keyword, its value and what was
    expected; the column stays empty, or has its default.

    Attributes
    ----------
    unchanged_reason
        Why the step is skipped if its fingerprint is that of the last completed ingestion.
    optional
        Whether the ingestion goes on without this step if its source cannot be used.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    unchanged_reason: ClassVar[str] = "CHECKSUM and header are those of the last completed ingestion."
    optional: ClassVar[bool] = False

    def fingerprint(self, material: Material) -> str | None:
        """Name the state of the step's source; None if the step always runs."""
        return None

    @abstractmethod
    def read(self, material: Material) -> Values:
        """Take what `write` needs from the cube file.

        Raises
        ------
        NothingToDo
            If there is nothing to make rows from; those of before stay.
        PermanentError, TransientError
            If the source cannot be used, or not now.
        """

    @abstractmethod
    def write(self, rows: CubeRows, values: Values) -> tuple[Outcome, str]:
        """Bring the rows to what was read, and return what was done and why.

        The conductor turns *updated* into *created* for a new cube.
        """


def header_fingerprint(material: Material) -> str | None:
    """Name the state of the image and its header; None if it has no CHECKSUM.

    A CHECKSUM that agrees with its header stands for the data. One that does not is common, as tags are added to
    headers without a new one: then size and modification time of the file stand for the data.
    """
    cube_file = material.cube_file
    if cube_file.checksum_status == "absent":
        return None
    verified = cube_file.checksum_status == "verified"
    data = cube_file.checksum if verified else f"{cube_file.size} {cube_file.modified_ns}"
    return f"{data} {cube_file.header_digest} {material.telescope.name}"


def table_fingerprint(material: Material, name: str | None) -> str | None:
    """Name the state of a table, “-” if it is missing; None if its CHECKSUM is missing or contradicts its header."""
    table = None if name is None else material.cube_file.extensions.get(name)
    if table is None:
        return "-"
    return table.checksum if checksum_agrees(table) else None
