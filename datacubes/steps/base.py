"""What all steps share: what they are given and what they answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cubefile import CubeFile
from cubefile.hdu import checksum_agrees
from cubefile.identity import Identity

INGESTERS_VERSION = 2  # Raised when a step makes other rows of the same file, so that all cubes are ingested again.


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
        Overrides the OID that the header tells.
    owner_email_addresses
        Replaces the grants by e-mail address; None leaves them as they are.
    swedish_data
        True grants the group “Swedish User” access, False takes it away, None leaves it as it is.
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
    """What the steps of one ingestion draw from; `warnings`, and `new_files` below MEDIA_ROOT, are theirs to add to."""

    cube_file: CubeFile
    identity: Identity
    request: IngestRequest
    warnings: list[str] = field(default_factory=list)
    new_files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class StepResult:
    """What a step did, why, and how long it took."""

    name: str
    outcome: Outcome
    reason: str = ""
    seconds: float = 0.0


class NothingToDo(Exception):
    """A step finds nothing to make its rows from; the message says what is missing."""


@dataclass(frozen=True)
class Step:
    """A kind of data, made from a source that can be told to be unchanged.

    Keywords that cannot be read: those of identity (DATE-BEG, INSTRUME, POINT_ID, the parts of the OID) and RELEASE,
    which decides access, refuse the cube with a `PermanentError`. For any other, such as DATE-END, WAVEMIN or the
    length of an axis, the step adds a sentence to `material.warnings` that names the keyword, its value and what was
    expected; the column stays empty, or has its default.

    Attributes
    ----------
    name
        As the order shows it.
    fingerprint
        Names the state of the step's source; None where it can never be told to be unchanged.
    read
        Takes what `write` needs from the cube file. Raises `NothingToDo`, or `PermanentError` for a source that cannot
        be used.
    write
        Changes the rows of the cube to what was read; `created` tells whether the cube has just been added.
    unchanged_reason
        Why the step is skipped where the fingerprint is that of last time.
    optional
        Whether the ingestion goes on without this step if its source cannot be used.
    """

    name: str
    fingerprint: Callable[[Material], str | None]
    read: Callable[[Material], Any]
    write: Callable[..., tuple[Outcome, str]]
    unchanged_reason: str = "CHECKSUM and header are those of the last completed ingestion."
    optional: bool = False


def header_fingerprint(material: Material) -> str | None:
    """Name the state of the primary header; None if it has no CHECKSUM, or one that does not agree with it."""
    cube_file = material.cube_file
    if cube_file.checksum_status != "verified":
        return None
    return f"{cube_file.checksum} {cube_file.header_digest} v{INGESTERS_VERSION}"


def table_fingerprint(material: Material, name: str) -> str | None:
    """Name the state of a table, “-” where there is none; None if its CHECKSUM is missing or contradicts its header."""
    table = material.cube_file.extensions.get(name)
    if table is None:
        return "-"
    return table.checksum if checksum_agrees(table) else None
