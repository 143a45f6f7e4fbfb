"""Removes records with their data locations, several at once.

Only the list of all records shows which records share a location, so the list is read once for many removals.
"""

from collections.abc import Callable, Iterable, Iterator

from common.errors import PermanentError, TransientError
from svo.client import SvoClient
from svo.models import Submission

Failure = PermanentError | TransientError | None


def remove_records(
    client: SvoClient, metadata_uri: str, submissions: Iterable[Submission], going_on: Callable[[], None]
) -> Iterator[tuple[Submission, Failure]]:
    """Remove the records of cubes, and their locations unless another record uses them.

    Each removal fails on its own and can be repeated. The submission keeps the location of a record that is already
    removed.

    Parameters
    ----------
    going_on
        Called repeatedly while the list is read, which may take long.

    Yields
    ------
    Each submission, with its error or None.
    """
    left: dict[int, tuple[Submission, set[str]]] = {}
    for submission in submissions:
        going_on()
        try:
            left[submission.pk] = submission, _remove_record(client, metadata_uri, submission)
        except (PermanentError, TransientError) as error:
            yield submission, error
    try:
        in_use = _in_use(client, metadata_uri, set().union(*(uris for _, uris in left.values())), going_on)
    except (PermanentError, TransientError) as error:
        yield from ((submission, error) for submission, _ in left.values())
        return
    for submission, uris in left.values():
        going_on()
        try:
            for uri in uris - in_use:
                client.delete_location(uri)
        except (PermanentError, TransientError) as error:
            yield submission, error
        else:
            yield submission, None


def _remove_record(client: SvoClient, metadata_uri: str, submission: Submission) -> set[str]:
    """Remove a record, and return the locations left behind: its own, and the one that it was last sent with."""
    record = client.record(metadata_uri, submission.oid)
    uris = {submission.location_uri} - {""}
    if record is None:
        return uris
    if record.location is not None and record.location.uri not in uris:
        # From now on, only this row knows the location.
        submission.location_uri = record.location.uri
        submission.save(update_fields=["location_uri"])
        uris.add(record.location.uri)
    client.delete(metadata_uri, submission.oid)
    return uris


def _in_use(client: SvoClient, metadata_uri: str, uris: set[str], going_on: Callable[[], None]) -> set[str]:
    """Return the locations, among `uris`, that any record uses."""
    found: set[str] = set()
    if uris:
        for record in client.records(metadata_uri):
            going_on()
            if record.location is not None and record.location.uri in uris:
                found.add(record.location.uri)
    return found
