"""The URIs of the SVO's resources: absolute paths on its host."""

import re
from urllib.parse import quote, unquote

# All characters except unreserved ones must be percent-encoded.
_ENCODED_SEGMENT = re.compile(r"(?:[A-Za-z0-9_.~-]|%[0-9A-Fa-f]{2})+")


class Uris:
    """Makes and reads the URIs below a prefix such as ``/service/api/svo/``."""

    def __init__(self, prefix: str):
        self._prefix = prefix

    def dataset(self, name: str) -> str:
        return f"{self._prefix}dataset/{quote(name, safe='')}/"

    def metadata(self, resource_name: str) -> str:
        return f"{self._prefix}metadata/{resource_name}/"

    def record(self, resource_name: str, oid: str) -> str:
        return f"{self.metadata(resource_name)}{quote(oid, safe='')}/"

    def location(self, location_id: int) -> str:
        return f"{self._prefix}data_location/{location_id}/"

    def segments(self, path: str) -> list[str] | None:
        """Return the decoded parts of a path behind the prefix; None if it is not a resource's URI."""
        if not path.startswith(self._prefix) or not path.endswith("/"):
            return None
        parts = path[len(self._prefix) : -1].split("/")
        if not all(_ENCODED_SEGMENT.fullmatch(part) for part in parts):
            return None
        return [unquote(part) for part in parts]

    def dataset_name(self, uri: str) -> str | None:
        """Return the name of the dataset at a resource URI."""
        match self.segments(uri):
            case ["dataset", name]:
                return name
        return None

    def location_id(self, uri: str) -> int | None:
        """Return the id of the location at a resource URI."""
        match self.segments(uri):
            case ["data_location", number] if number.isdecimal():
                return int(number)
        return None
