"""The SVO's API as methods.

The server has habits that can destroy data: it ignores unknown filters, its totals are out of date, and deleting a
record leaves the record's location behind. So this client compares every answer with the request.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from svo.connection import SvoConnection
from svo.errors import RecordExists, SvoNotFound, SvoRefused, SvoUnauthorized, SvoUnavailable
from svo.pages import Page, every_record
from svo.resources import Dataset, Keyword, Location, Record

PAGE_SIZE = 100


class SvoClient:
    """Reads and writes the SVO. Every method raises SvoRefused or SvoUnavailable with the server's message."""

    def __init__(self, connection: SvoConnection):
        self._connection = connection

    def dataset(self, name: str) -> Dataset:
        """Return a dataset. Raises SvoNotFound if the SVO has no dataset of this name."""
        try:
            content = self._connection.request("GET", f"dataset/{_segment(name)}/")
        except SvoNotFound:
            raise SvoNotFound(
                f"The SVO has no dataset {name}: check the name of the instrument's dataset, "
                "or leave the instrument out of the SVO."
            ) from None
        with _reading(f"the dataset {name}"):
            return Dataset.from_json(name, content)

    def keywords(self, dataset_name: str) -> list[Keyword]:
        """Return the definitions of all keywords of a dataset."""
        content = self._connection.request("GET", "keyword/", params={"dataset__name": dataset_name, "limit": 0})
        with _reading(f"the keywords of {dataset_name}"):
            return [Keyword.from_json(keyword) for keyword in content["objects"]]

    # Records. `metadata_uri` is an attribute of Dataset.

    def records(self, metadata_uri: str) -> Iterator[Record]:
        """Yield every record of a dataset once, in the server's order of OIDs, with one request for each page."""

        def fetch(offset: int) -> Page:
            params: dict[str, str | int] = {"limit": PAGE_SIZE, "offset": offset, "order_by": "oid"}
            content = self._connection.request("GET", metadata_uri, params=params)
            with _reading(f"the records at {metadata_uri}"):
                return Page([Record.from_json(record) for record in content["objects"]], content["meta"]["limit"])

        return every_record(fetch)

    def record(self, metadata_uri: str, oid: str) -> Record | None:
        """Return the record of an OID; None if the SVO has none."""
        try:
            content = self._connection.request("GET", _record_uri(metadata_uri, oid))
        except SvoNotFound:
            return None
        with _reading(f"the record {oid}"):
            record = Record.from_json(content)
        if record.oid != oid:
            raise SvoUnavailable(f"The SVO answered a request for the record {oid} with the record {record.oid}.")
        return record

    def create(self, metadata_uri: str, oid: str, fields: Mapping[str, Any]) -> Record:
        """Create a record, and its data location if `fields` describes a new one.

        A POST whose answer is lost may have succeeded. It is sent again only after a GET has found no record of this
        OID. This takes one request, and two more for each lost answer.

        Raises
        ------
        RecordExists
            With the record, which may be old or from a POST whose answer was lost. The caller should update it.
        LocationTaken
            If another location has the file URL or the file path.
        """
        retries = self._connection.retries
        while True:
            try:
                content = self._connection.request_once("POST", metadata_uri, body={**fields, "oid": oid})
                with _reading(f"the new record {oid}"):
                    return Record.from_json(content)
            except SvoUnavailable as lost:
                if lost.at_once:
                    self._raise_if_exists(metadata_uri, oid)
                retries = self._connection.pause(lost, retries)
            except (SvoNotFound, SvoUnauthorized):
                raise
            except SvoRefused:
                self._raise_if_exists(metadata_uri, oid)
                raise

    def update(self, metadata_uri: str, oid: str, fields: Mapping[str, Any]) -> None:
        """Change the given fields of a record. Raises SvoNotFound if the SVO has no record of this OID.

        New content for the record's location must include the location's own `resource_uri` and `id`.
        """
        self._connection.request("PATCH", _record_uri(metadata_uri, oid), body=fields)

    def delete(self, metadata_uri: str, oid: str) -> bool:
        """Delete a record, but not its location. Return False if the SVO had no record of this OID."""
        return self._delete(_record_uri(metadata_uri, oid))

    # Data locations

    def find_location(self, dataset: Dataset, file_url: str) -> Location | None:
        """Return the dataset's location with this file URL; None if there is none."""
        return self._find_location(dataset, "file_url", file_url)

    def find_location_by_path(self, dataset: Dataset, file_path: str) -> Location | None:
        """Return the dataset's location with this file path; None if there is none."""
        return self._find_location(dataset, "file_path", file_path)

    def update_location(self, location_uri: str, fields: Mapping[str, Any]) -> None:
        """Change the given fields of a location, which affects all records that share it."""
        self._connection.request("PATCH", location_uri, body=fields)

    def delete_location(self, location_uri: str) -> bool:
        """Delete a location, which its records silently lose. Return False if the SVO had no such location."""
        return self._delete(location_uri)

    def _find_location(self, dataset: Dataset, field: str, value: str) -> Location | None:
        params: dict[str, str | int] = {"dataset__name": dataset.name, field: value, "limit": PAGE_SIZE}
        content = self._connection.request("GET", "data_location/", params=params)
        with _reading(f"the data locations of {dataset.name}"):
            locations = [Location.from_json(location) for location in content["objects"]]
            is_all = len(locations) < content["meta"]["limit"]
        for location in locations:
            if location.dataset_uri == dataset.uri and getattr(location, field) == value:
                return location
        if not is_all:
            raise SvoUnavailable(
                f"The SVO does not filter its data locations by {field}, so a search for {value} is impossible."
            )
        return None

    def _delete(self, uri: str) -> bool:
        try:
            self._connection.request("DELETE", uri)
        except SvoNotFound:
            return False
        return True

    def _raise_if_exists(self, metadata_uri: str, oid: str) -> None:
        existing = self.record(metadata_uri, oid)
        if existing is not None:
            raise RecordExists(f"The SVO already has a record {oid}.", existing)


@contextmanager
def _reading(what: str) -> Iterator[None]:
    """Raise SvoUnavailable if the content has an unexpected form, such as a proxy's own page."""
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        raise SvoUnavailable(f"The SVO's answer about {what} has an unexpected form: {error!r}.") from error


def _record_uri(metadata_uri: str, oid: str) -> str:
    return f"{metadata_uri}{_segment(oid)}/"


def _segment(text: str) -> str:
    """Return a part of a path, percent-encoded. Refuses an empty part or dots, which would lead to another path."""
    if not text.strip("."):
        raise SvoRefused(f"“{text}” cannot be the name of a dataset, or an observation id, in the SVO.")
    return quote(text, safe="")
