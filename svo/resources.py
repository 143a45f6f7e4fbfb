"""The objects of the SVO as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Dataset:
    """A dataset of the SVO.

    Attributes
    ----------
    uri
        The URI by which a data location names its dataset.
    metadata_uri
        The URI of the list of the dataset's records.
    """

    name: str
    uri: str
    metadata_uri: str

    @classmethod
    def from_json(cls, name: str, content: Mapping[str, Any]) -> "Dataset":
        """Return the dataset `name` from JSON. Raises KeyError or TypeError if the form is wrong."""
        return cls(name, content["resource_uri"], content["metadata"]["resource_uri"])


@dataclass(frozen=True)
class Keyword:
    """A keyword of a dataset.

    Attributes
    ----------
    name
        The name of the field in a record.
    verbose_name
        The FITS keyword, in one of the three spellings that `svo.values.canonical` describes.
    type
        ``text``, ``real``, ``integer``, ``boolean`` or ``time (ISO 8601)``; other types are unknown.
    """

    name: str
    verbose_name: str
    type: str
    unit: str = ""
    description: str = ""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Keyword":
        """Return a keyword from JSON. Raises KeyError if the form is wrong."""
        return cls(
            content["name"],
            content["verbose_name"],
            content["type"],
            content.get("unit") or "",
            content.get("description") or "",
        )


@dataclass(frozen=True)
class Location:
    """The location of a record's data. Several records may share one.

    Attributes
    ----------
    dataset_uri
        The dataset within which file URL and file path are unique.
    """

    uri: str
    id: int | str
    dataset_uri: str
    file_url: str
    file_path: str
    file_size: str
    thumbnail_url: str | None
    offline: bool

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Location":
        """Return a data location from JSON. Raises KeyError or TypeError if the form is wrong."""
        return cls(
            uri=content["resource_uri"],
            id=content["id"],
            dataset_uri=content["dataset"],
            file_url=content["file_url"],
            file_path=content["file_path"],
            file_size=content["file_size"],
            thumbnail_url=content["thumbnail_url"],
            offline=content["offline"],
        )


@dataclass(frozen=True)
class Record:
    """A record of the SVO: the metadata of one cube.

    Attributes
    ----------
    fields
        All fields from the server, some 230.
    location
        The record's location; None if it was deleted.
    """

    oid: str
    uri: str
    location: Location | None
    fields: Mapping[str, Any] = field(repr=False)

    @property
    def tags(self) -> set[str]:
        """The names of the record's tags."""
        return {tag["name"] for tag in self.fields.get("tags") or []}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Record":
        """Return a record from JSON. Raises KeyError or TypeError if the form is wrong."""
        location = content["data_location"]
        return cls(
            content["oid"],
            content["resource_uri"],
            None if location is None else Location.from_json(location),
            content,
        )
