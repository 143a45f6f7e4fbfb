"""What an audit of a file found."""

from dataclasses import dataclass

from keeper.models import AuditedFile

Result = AuditedFile.Result


@dataclass(frozen=True)
class Audit:
    """The result of an audit.

    Attributes
    ----------
    details
        What is wrong, as a sentence; or what else was found.
    sha256, size, modified_ns
        Those of the file that was read; empty and 0 if it was not.
    """

    result: Result
    details: str = ""
    sha256: str = ""
    size: int = 0
    modified_ns: int = 0
