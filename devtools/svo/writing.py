"""Writes records and locations as the SVO does."""

from collections.abc import Callable, Mapping
from typing import Any

from devtools.svo import validation
from devtools.svo.http import BadRequest
from devtools.svo.store import Dataset, Store
from devtools.svo.uris import Uris

_ALREADY_THERE = {
    "file_url": "Data location with this Dataset and File URL already exists.",
    "file_path": "Data location with this Dataset and File path already exists.",
}


class TagRefused(BadRequest):
    """A tag is refused. The server checks tags only after it has stored the rest of the record."""


class Writer:
    """Checks and writes records and locations, in the caller's transaction."""

    def __init__(self, store: Store, uris: Uris):
        self._store = store
        self._uris = uris

    def create_record(self, dataset: Dataset, body: Mapping[str, Any]) -> str:
        """Create a record, and its location if the body describes one. Return the OID.

        Raises
        ------
        TagRefused
            After the record was created without its tags.
        """
        given = body.get("oid")
        oid = given if isinstance(given, str) else ""
        errors: dict[str, list[str]] = {}
        if not oid:
            errors["oid"] = ["This field is required."]
        elif self._store.record(dataset.name, oid) is not None:
            errors["oid"] = [f"{dataset.name} with this Observation ID already exists."]
        empty = {name: validation.empty_value(keyword_type) for name, keyword_type in dataset.types.items()}
        fields: dict[str, Any] = {"oid": oid, "fits_header": "", "tags": []} | empty
        fields |= self._record_fields(dataset, body, errors)
        location_id = self._location_of(body, None)
        tags = fields.pop("tags")
        self._store.save_record(dataset.name, oid, fields | {"tags": []}, location_id)
        self._store.save_record(dataset.name, oid, fields | {"tags": _clean_tags(tags)}, location_id)
        return oid

    def update_record(self, dataset: Dataset, oid: str, record: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """Change the given fields of a record, and its location if the body has one."""
        errors: dict[str, list[str]] = {}
        if "oid" in body:
            errors["oid"] = ["The value cannot be modified once it has been set"]
        fields = dict(record)
        location_id = fields.pop("location_id")
        fields |= self._record_fields(dataset, body, errors)
        fields["tags"] = _clean_tags(fields["tags"])
        self._store.save_record(dataset.name, oid, fields, self._location_of(body, location_id))

    def update_location(self, location: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """Change the given fields of a location."""
        self._save_location(body, location)

    def _record_fields(self, dataset: Dataset, body: Mapping[str, Any], errors: dict[str, list[str]]) -> dict[str, Any]:
        """Check the fields, ignoring those that the dataset lacks. Raises BadRequest with all errors."""
        cleaners: dict[str, Callable[[Any], Any]] = {"fits_header": _clean_header, "tags": _tag_names}
        fields = {}
        for name, value in body.items():
            try:
                if name in cleaners:
                    fields[name] = cleaners[name](value)
                elif name in dataset.types:
                    fields[name] = validation.clean_value(dataset.types[name], value)
            except validation.Invalid as invalid:
                errors.setdefault(name, []).append(str(invalid))
        if errors:
            raise BadRequest({dataset.resource_name: errors})
        return fields

    def _location_of(self, body: Mapping[str, Any], current: int | None) -> int | None:
        if "data_location" not in body:
            return current
        given = body["data_location"]
        if given is None:
            return None
        if isinstance(given, str):
            existing = self._existing_location(given)
            if existing is None:
                raise BadRequest({"error": f"Could not find the provided data_location via resource URI '{given}'."})
            return existing["id"]
        if isinstance(given, dict):
            existing = self._existing_location(given.get("resource_uri"))
            # Only an object with both `resource_uri` and `id` refers to the existing location.
            if existing is not None and str(given.get("id")) == str(existing["id"]):
                return self._save_location(given, existing)
            return self._save_location(given, None)
        raise BadRequest({"error": "The 'data_location' field was given data that is not a URI, nor an object."})

    def _existing_location(self, uri: Any) -> dict[str, Any] | None:
        location_id = self._uris.location_id(uri) if isinstance(uri, str) else None
        return None if location_id is None else self._store.location(location_id)

    def _save_location(self, body: Mapping[str, Any], existing: Mapping[str, Any] | None) -> int:
        location = self._clean_location(body, existing)
        own_id = existing["id"] if existing else None
        conflicts = self._store.location_conflicts(location, own_id)
        if conflicts:
            raise BadRequest({"data_location": {"__all__": [_ALREADY_THERE[column] for column in conflicts]}})
        return self._store.save_location(location, own_id)

    def _clean_location(self, body: Mapping[str, Any], existing: Mapping[str, Any] | None) -> dict[str, Any]:
        cleaners: dict[str, Callable[[Any], Any]] = {
            "dataset": self._clean_dataset,
            "file_url": validation.clean_url,
            "file_size": validation.clean_file_size,
            "file_path": validation.clean_file_path,
            "thumbnail_url": lambda url: validation.clean_url(url) if url else None,
            "offline": validation.clean_offline,
        }
        location = dict(existing) if existing else {"thumbnail_url": None, "offline": False}
        errors = {}
        for name, clean in cleaners.items():
            if name not in body and name in location:
                continue
            try:
                location[name] = clean(body.get(name))
            except validation.Invalid as invalid:
                errors[name] = [str(invalid)]
        if errors:
            raise BadRequest({"data_location": errors})
        return location

    def _clean_dataset(self, uri: Any) -> str:
        name = self._uris.dataset_name(uri) if isinstance(uri, str) else None
        if name not in self._store.datasets:
            raise validation.Invalid("This field is required: the resource_uri of a dataset.")
        return name


def _clean_header(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise validation.Invalid("Enter a text.")
    return (value or "").strip()


def _tag_names(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(tag, dict) and tag.get("name") for tag in value):
        raise validation.Invalid("Enter a list of objects with a name.")
    return [str(tag["name"]) for tag in value]


def _clean_tags(names: list[str]) -> list[str]:
    try:
        return [validation.clean_tag(name) for name in names]
    except validation.Invalid as invalid:
        raise TagRefused({"tag": {"name": [str(invalid)]}}) from None
