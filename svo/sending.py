"""Sending one record, right in every case that the SVO knows: a new cube, one made elsewhere, a location in use.

A location is this cube's own if its file URL is one of this cube's. Only such a location is changed or removed; any
other may be shared with records that others made, which the SVO cannot be asked for.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from svo.client import SvoClient
from svo.configuration import KnownDataset
from svo.errors import LocationTaken, RecordExists
from svo.records import RecordContent, own_url_prefix
from svo.resources import Location

Answer = TypeVar("Answer")


def create_or_update(client: SvoClient, known: KnownDataset, content: RecordContent, *, was_sent: bool) -> None:
    """Make the SVO hold a record with this content.

    Parameters
    ----------
    was_sent
        Whether it was sent before, so that a record is expected to be there: what is more likely is tried first, and
        costs one request (new) or two.

    Raises
    ------
    SvoRefused, SvoUnavailable
        With the server's words.
    """
    metadata_uri = known.dataset.metadata_uri
    record = client.record(metadata_uri, content.oid) if was_sent else None
    if record is None:
        try:
            _with_location(
                client,
                known,
                content,
                None,
                lambda location: client.create(metadata_uri, content.oid, content.fields | {"data_location": location}),
            )
            return
        except RecordExists as exists:
            record = exists.record
    _with_location(
        client,
        known,
        content,
        record.location,
        lambda location: client.update(metadata_uri, content.oid, content.fields | {"data_location": location}),
    )


def remove(client: SvoClient, known: KnownDataset, oid: str) -> None:
    """Remove the record of a cube, and its location unless that is shared or not this cube's own.

    Raises
    ------
    SvoRefused, SvoUnavailable
        With the server's words.
    """
    metadata_uri = known.dataset.metadata_uri
    locations: dict[str, Location] = {}
    shared: set[str] = set()
    # Only the list tells who shares a location, and which location a record of this cube has left behind.
    for record in client.records(metadata_uri):
        if record.location is None or not is_own(record.location, oid):
            continue
        if record.oid == oid:
            locations[record.location.uri] = record.location
        else:
            shared.add(record.location.uri)
    client.delete(metadata_uri, oid)
    for uri, location in locations.items():
        if uri not in shared:
            client.delete_location(location)


def is_own(location: Location, oid: str) -> bool:
    """Whether a location is that of this cube's file, or of a former name of it."""
    return location.file_url.startswith(own_url_prefix(oid))


def _with_location(
    client: SvoClient,
    known: KnownDataset,
    content: RecordContent,
    current: Location | None,
    send: Callable[[str | dict[str, Any]], Answer],
) -> Answer:
    """Send a record with its location; where another location is in the way, find out which, and send it again."""
    location = dict(content.location)
    if current is not None and is_own(current, content.oid):
        location |= {"resource_uri": current.uri, "id": current.id}
    other_path = {"file_path": content.other_file_path}
    try:
        return send(location)
    except LocationTaken:
        left_behind = client.find_location(known.dataset, content.location["file_url"])
    if left_behind is None or left_behind.uri == location.get("resource_uri"):
        return send(location | other_path)  # So it is the file path that another location has.
    # A location of this cube's file that a deleted record has left behind, or a request whose answer was lost.
    try:
        client.update_location(left_behind, content.location)
    except LocationTaken:
        client.update_location(left_behind, content.location | other_path)
    return send(left_behind.uri)
