"""Records events."""

from keeper.events.kinds import Kind


def record(kind: Kind, *, oid: str = "", path: str = "", message: str = "") -> None:
    """Record an event in the present transaction."""
