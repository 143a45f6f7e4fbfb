"""The SVO's API, as methods.

The server has habits that destroy data for a client that assumes otherwise: filters it does not know are ignored,
totals are out of date, a record that is deleted leaves its location behind. Whatever is read here is compared with
what was asked for.
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
    """Reads and writes the SVO; every method raises SvoRefused or SvoUnavailable with the server's words."""

    def __init__(self, connection: SvoConnection):
        self._connection = connection

    def dataset(self, name: str) -> Dataset:
        """Return a dataset; SvoNotFound if the SVO has none of this name."""
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

    # Records. `metadata_uri` is that of a Dataset.

    def records(self, metadata_uri: str) -> Iterator[Record]:
        """Give every record of a dataset once, in the server's order of oids: one request for each page."""

        def fetch(offset: int) -> Page:
            params: dict[str, str | int] = {"limit": PAGE_SIZE, "offset": offset, "order_by": "oid"}
            content = self._connection.request("GET", metadata_uri, params=params)
            with _reading(f"the records at {metadata_uri}"):
                return Page([Record.from_json(record) for record in content["objects"]], content["meta"]["limit"])

        return every_record(fetch)

    def record(self, metadata_uri: str, oid: str) -> Record | None:
        """Return a record, or None if the SVO has none of this oid."""
        try:
            content = self._connection.request("GET", _record_uri(metadata_uri, oid))
        except SvoNotFound:
            return None
        with _reading(f"the record {oid}"):
            record = Record.from_json(content)
        if record.oid != oid:
            raise SvoUnavailable(f"The SVO was asked for the record {oid}, and answered with {record.oid}.")
        return record

    def create(self, metadata_uri: str, oid: str, fields: Mapping[str, Any]) -> Record:
        """Create a record, and its data location if `fields` describes a new one.

        A POST whose answer is lost may have been carried out, so it is only sent again once a look has shown that
        there is no record of this oid. One request, then, and two more for each answer that is lost.

        Raises
        ------
        RecordExists
            With the record, which may be of an earlier time or of a POST whose answer was lost: it is to be updated.
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
        """Change the given fields of a record; SvoNotFound if the SVO has none of this oid.

        A new content for its location must name the location's own `resource_uri` and `id`.
        """
        self._connection.request("PATCH", _record_uri(metadata_uri, oid), body=fields)

    def delete(self, metadata_uri: str, oid: str) -> bool:
        """Delete a record, but not its location; return False if the SVO had none of this oid."""
        return self._delete(_record_uri(metadata_uri, oid))

    # Data locations

    def find_location(self, dataset: Dataset, file_url: str) -> Location | None:
        """Return the location of a dataset that has this file URL, if there is one."""
        return self._find_location(dataset, "file_url", file_url)

    def find_location_by_path(self, dataset: Dataset, file_path: str) -> Location | None:
        """Return the location of a dataset that has this file path, if there is one."""
        return self._find_location(dataset, "file_path", file_path)

    def update_location(self, location_uri: str, fields: Mapping[str, Any]) -> None:
        """Change the given fields of a location, for all records that share it."""
        self._connection.request("PATCH", location_uri, body=fields)

    def delete_location(self, location_uri: str) -> bool:
        """Delete a location, and return False if it was gone. Records that still use it lose it without a word."""
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
                f"The SVO does not filter its data locations by {field}: it cannot be told whether one has {value}."
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
            raise RecordExists(f"The SVO has a record {oid} already.", existing)


@contextmanager
def _reading(what: str) -> Iterator[None]:
    """Turn content of another form than expected, such as a proxy's own page, into an error that tells so."""
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        raise SvoUnavailable(f"The SVO's answer about {what} is not of the expected form: {error!r}.") from error


def _record_uri(metadata_uri: str, oid: str) -> str:
    return f"{metadata_uri}{_segment(oid)}/"


def _segment(text: str) -> str:
    """Return a part of a path, percent-encoded; an empty one, or dots, would make it another path."""
    if not text.strip("."):
        raise SvoRefused(f"“{text}” cannot be the name of a dataset, or an observation id, in the SVO.")
    return quote(text, safe="")
