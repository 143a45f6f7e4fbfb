"""Sends one record, in every state that the SVO may be in: no record, a record made elsewhere, a location in use.

A location is this cube's own if its file URL is one of this cube's, or if this cube was last sent with it. Any other
location may be shared with records that others made; only the list of all records shows that. A synchronisation has
read the list, and takes over a location that no other record uses. Without the list, a record keeps its location until
the next synchronisation decides.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from svo.client import SvoClient
from svo.configuration import KnownDataset
from svo.errors import LocationTaken, RecordExists, SvoNotFound, SvoUnavailable
from svo.records import RecordContent, own_url_prefix
from svo.resources import Location

IsUnshared = Callable[[str], bool]
"""Returns whether no record except the one being sent uses the location of this URI."""


def create_or_update(
    client: SvoClient,
    known: KnownDataset,
    content: RecordContent,
    last_location_uri: str,
    is_unshared: IsUnshared | None = None,
) -> str | None:
    """Create or update the record of a cube with this content.

    Parameters
    ----------
    last_location_uri
        The location that this cube was last sent with; empty if it was never sent. A cube that was sent is expected to
        have a record. The likelier case is tried first, so that a new cube costs one request and a change two.
    is_unshared
        None if the list of all records has not been read.

    Returns
    -------
    The URI of the record's location; None if the record keeps a location that may be shared.

    Raises
    ------
    SvoRefused, SvoUnavailable
        With the server's message.
    """
    metadata_uri = known.dataset.metadata_uri

    def create(location: str | dict[str, Any]) -> Location | None:
        return client.create(metadata_uri, content.oid, content.fields | {"data_location": location}).location

    record = client.record(metadata_uri, content.oid) if last_location_uri else None
    if record is None:
        try:
            if last_location_uri and _took_up(client, last_location_uri, content):
                create(last_location_uri)
                return last_location_uri
            return _with_location(client, known, content, None, create, is_unshared)
        except RecordExists as exists:
            record = exists.record
    fields = content.fields_for(record)

    def update(location: str | dict[str, Any] | None) -> None:
        located = {} if location is None else {"data_location": location}
        with _expected_there():
            client.update(metadata_uri, content.oid, fields | located)

    current = record.location
    is_own = current is not None and (
        current.uri == last_location_uri or current.file_url.startswith(own_url_prefix(content.oid))
    )
    if current is not None and not is_own:
        if is_unshared is None:
            update(None)
            return None
        is_own = is_unshared(current.uri)
    return _with_location(client, known, content, current if is_own else None, update, is_unshared)


def _took_up(client: SvoClient, location_uri: str, content: RecordContent) -> bool:
    """Update the location that a deleted record left behind. Return whether it exists and accepts the content."""
    try:
        client.update_location(location_uri, content.location)
    except (LocationTaken, SvoNotFound):
        return False
    return True


def _with_location(
    client: SvoClient,
    known: KnownDataset,
    content: RecordContent,
    current: Location | None,
    send: Callable[[str | dict[str, Any]], Location | None],
    is_unshared: IsUnshared | None,
) -> str:
    """Send a record with its location, and return the location's URI.

    1. If the record's current location is the cube's own, it is updated; otherwise a new location is created.
    2. If another location has the cube's file URL, it was left behind by a deleted record or by a request whose answer
       was lost. It is updated and used. The same holds for a location with the file path that no record uses.
    3. If another location has the file path, the cube's other path is used, which contains the OID's digest.
    4. If that path is taken as well, its location was left behind under a former URL of this cube. It is used.
    """
    location = dict(content.location)
    if current is not None:
        location |= {"resource_uri": current.uri, "id": current.id}
    other_path = {"file_path": content.other_file_path}
    try:
        return _sent(client, known, location, send)
    except LocationTaken:
        left_behind = client.find_location(known.dataset, content.location["file_url"])
    if left_behind is None and current is None and is_unshared is not None:
        by_path = client.find_location_by_path(known.dataset, content.location["file_path"])
        left_behind = by_path if by_path is not None and is_unshared(by_path.uri) else None
    if left_behind is None or left_behind.uri == location.get("resource_uri"):
        try:
            return _sent(client, known, location | other_path, send)
        except LocationTaken:
            left_behind = client.find_location_by_path(known.dataset, content.other_file_path)
            if left_behind is None:
                raise
    with _expected_there():
        try:
            client.update_location(left_behind.uri, content.location)
        except LocationTaken:
            client.update_location(left_behind.uri, content.location | other_path)
    send(left_behind.uri)
    return left_behind.uri


def _sent(
    client: SvoClient,
    known: KnownDataset,
    location: dict[str, Any],
    send: Callable[[str | dict[str, Any]], Location | None],
) -> str:
    """Send a record with a location, and return the location's URI, which the SVO returns only for a new record."""
    made = send(location)
    if made is None and "resource_uri" not in location:
        made = client.find_location(known.dataset, location["file_url"])
    return made.uri if made is not None else location.get("resource_uri", "")


@contextmanager
def _expected_there() -> Iterator[None]:
    """Turn SvoNotFound for an object that existed a moment ago into a transient error, so that the sending repeats."""
    try:
        yield
    except SvoNotFound as error:
        raise SvoUnavailable(f"Another client deleted it during sending: {error}") from error
