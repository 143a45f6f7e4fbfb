"""The errors of the SVO, distinguished by what the caller should do.

Messages contain the server's own words, and never the credentials.
"""

from typing import TYPE_CHECKING

from common.errors import PermanentError, TransientError

if TYPE_CHECKING:
    from svo.resources import Record


class SvoUnavailable(TransientError):
    """The SVO gave no usable answer: a network error, an overloaded or broken server, a maintenance page.

    The request may have succeeded nevertheless.

    Attributes
    ----------
    at_once
        Whether a retry within a minute may help.
    retry_after
        The value of the server's Retry-After header.
    """

    def __init__(self, message: str, *, at_once: bool = False, retry_after: str | None = None):
        super().__init__(message)
        self.at_once = at_once
        self.retry_after = retry_after


class SvoRefused(PermanentError):
    """The SVO refuses the request, and would refuse it again."""


class SvoUnauthorized(SvoRefused):
    """The SVO does not accept the credentials."""


class SvoNotFound(SvoRefused):
    """The SVO does not have the requested object."""


class LocationTaken(SvoRefused):
    """Another data location of the dataset has the same file URL or file path."""


class RecordExists(SvoRefused):
    """The SVO already has a record of this OID: an old one, or one from a request whose answer was lost.

    Attributes
    ----------
    record
        The existing record.
    """

    def __init__(self, message: str, record: "Record"):
        super().__init__(message)
        self.record = record
