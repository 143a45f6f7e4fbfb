"""What can go wrong with the SVO, told apart by what the caller should do.

Messages hold the server's own words, and never the credentials.
"""

from typing import TYPE_CHECKING

from common.errors import PermanentError, TransientError

if TYPE_CHECKING:
    from svo.resources import Record


class SvoUnavailable(TransientError):
    """There is no answer, or none that can be used: the network, an overloaded or broken server, a maintenance page.

    What was asked for may have been done all the same.

    Attributes
    ----------
    at_once
        Trying again within the minute is worth it.
    retry_after
        What the server said of when to come back: the value of its Retry-After header.
    """

    def __init__(self, message: str, *, at_once: bool = False, retry_after: str | None = None):
        super().__init__(message)
        self.at_once = at_once
        self.retry_after = retry_after


class SvoRefused(PermanentError):
    """The SVO does not take what was sent, and will not the next time either."""


class SvoUnauthorized(SvoRefused):
    """The SVO does not accept the credentials."""


class SvoNotFound(SvoRefused):
    """The SVO does not have what was asked for."""


class LocationTaken(SvoRefused):
    """Another data location of the dataset has the same file URL or file path."""


class RecordExists(SvoRefused):
    """The SVO has a record of this oid: it was there before, or a request whose answer was lost has created it.

    Attributes
    ----------
    record
        The record as it was found.
    """

    def __init__(self, message: str, record: "Record"):
        super().__init__(message)
        self.record = record
