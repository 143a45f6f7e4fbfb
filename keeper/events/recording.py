"""Records events in the present transaction. Nobody is woken: beat looks for new events every few seconds."""

from keeper.events.kinds import Kind
from keeper.events.models import MAX_OID_LENGTH, MAX_PATH_LENGTH, Event

MAX_MESSAGE_LENGTH = 2000


def record(kind: Kind, *, oid: str = "", path: str = "", message: str = "") -> None:
    """Record an event, with one statement.

    Parameters
    ----------
    path
        Path of the file below the science data folder.
    message
        A sentence for people; its beginning is kept.
    """
    new_event(kind, oid=oid, path=path, message=message).save(force_insert=True)


def record_all(events: list[Event]) -> None:
    """Record events of `new_event`, some hundreds with one statement."""
    Event.objects.bulk_create(events, batch_size=500)


def new_event(kind: Kind, *, oid: str = "", path: str = "", message: str = "") -> Event:
    """Return an event that is not recorded yet, with texts that fit."""
    return Event(kind=kind, oid=oid[:MAX_OID_LENGTH], path=path[:MAX_PATH_LENGTH], message=message[:MAX_MESSAGE_LENGTH])
