"""What can go wrong, with the sentence of the server."""


class ArchiveError(Exception):
    """A request failed; the message is the server's sentence, where it has sent one."""


class WrongRequest(ArchiveError):
    """The archive does not accept a parameter; the message names it."""


class NotAllowed(ArchiveError):
    """The token is wrong, or its account has no access."""


class NotFound(ArchiveError):
    """The archive does not have it, or no longer has it."""


class ArchiveUnavailable(ArchiveError):
    """The archive does not answer at the moment: try again later."""
