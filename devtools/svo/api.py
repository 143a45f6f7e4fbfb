"""The SVO's answer to each request, as its contract describes it, including the surprises."""

import hmac
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from devtools.svo import validation
from devtools.svo.http import Answer, BadRequest, Request
from devtools.svo.keywords import TIME
from devtools.svo.store import Dataset, Store
from devtools.svo.uris import Uris
from devtools.svo.writing import TagRefused, Writer

DEFAULT_LIMIT = 20
MAX_METADATA_LIMIT = 100
MAX_LOCATION_LIMIT = 1000


class _Unauthorized(Exception):
    """A write with wrong credentials, or by an account without rights on the dataset."""


class Api:
    """Answers requests from a store.

    Attributes
    ----------
    cached_counts
        The counts of lists, from the first request for each. They are recounted only after they are forgotten.
    unsupported_filters
        Filters that are silently ignored, besides all unknown ones.
    max_metadata_limit
        The maximum number of records on a page.
    read_only
        The names of datasets on which the account has no rights.
    """

    def __init__(self, store: Store, prefix: str, username: str, key: str):
        self._store = store
        self._prefix = prefix
        self._uris = Uris(prefix)
        self._writer = Writer(store, self._uris)
        self._credentials = f"ApiKey {username}:{key}".encode()
        self.lock = threading.RLock()
        self.cached_counts: dict[tuple[str, ...], int] = {}
        self.unsupported_filters: set[str] = set()
        self.max_metadata_limit = MAX_METADATA_LIMIT
        self.read_only: set[str] = set()

    def answer(self, request: Request, shift: int = 0) -> Answer:
        """Answer a request. A page of records starts `shift` records late, or early if `shift` is negative."""
        if not request.path.endswith("/"):
            path, _, query = request.target.partition("?")
            return Answer(301, headers={"Location": f"{path}/?{query}" if query else f"{path}/"})
        with self.lock:
            try:
                return self._route(request, shift)
            except BadRequest as bad_request:
                return Answer(400, bad_request.error)
            except _Unauthorized:
                return Answer(401)

    def _route(self, request: Request, shift: int) -> Answer:
        match (request.method, *(self._uris.segments(request.path) or [])):
            case ("GET", "dataset", name):
                return self._dataset(name)
            case ("GET", "keyword"):
                return self._keywords(request)
            case ("GET", "data_location"):
                return self._locations(request)
            case (method, "data_location", number) if number.isdecimal():
                return self._location(method, int(number), request)
            case (method, "metadata", resource_name, *oid):
                for dataset in self._store.datasets.values():
                    if dataset.resource_name == resource_name and len(oid) < 2:
                        return self._metadata(method, dataset, *oid, request=request, shift=shift)
        return Answer(404)

    # Datasets and keywords

    def _dataset(self, name: str) -> Answer:
        dataset = self._store.datasets.get(name)
        if dataset is None:
            return Answer(404)
        metadata = {"resource_uri": self._uris.metadata(dataset.resource_name)}
        return Answer(
            200,
            {"name": name, "description": "", "metadata": metadata, "resource_uri": self._uris.dataset(name)},
        )

    def _keywords(self, request: Request) -> Answer:
        name = self._filters(request, ["dataset__name"]).get("dataset__name")
        keywords = [
            {
                "name": keyword.name,
                "verbose_name": keyword.verbose_name,
                "type": keyword.type,
                "unit": keyword.unit,
                "description": keyword.description,
                "dataset": self._uris.dataset(dataset.name),
            }
            for dataset in self._store.datasets.values()
            if name in (None, dataset.name)
            for keyword in dataset.keywords
        ]
        limit, offset = _paging(request, max_limit=0)
        page = keywords[offset : offset + limit] if limit else keywords[offset:]
        return Answer(200, self._list(request, page, limit, offset, len(keywords)))

    # Locations

    def _locations(self, request: Request) -> Answer:
        filters = self._filters(request, ["dataset__name", "file_url", "file_path"])
        columns = {name.removesuffix("__name"): value for name, value in filters.items()}
        limit, offset = _paging(request, MAX_LOCATION_LIMIT)
        locations = [self._location_json(location) for location in self._store.locations(columns, limit, offset)]
        total = self._cached_count(("data_location", *columns.values()), lambda: self._store.count_locations(columns))
        return Answer(200, self._list(request, locations, limit, offset, total))

    def _location(self, method: str, location_id: int, request: Request) -> Answer:
        location = self._store.location(location_id)
        if location is None:
            return Answer(404)
        match method:
            case "GET":
                return Answer(200, self._location_json(location))
            case "PATCH":
                with self._writing(request, location["dataset"]):
                    self._writer.update_location(location, request.json())
                return Answer(202, self._location_json(_written(self._store.location(location_id))))
            case "DELETE":
                with self._writing(request, location["dataset"]):
                    self._store.delete_location(location_id)
                return Answer(204)
        return Answer(405)

    def _location_json(self, location: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **location,
            "dataset": self._uris.dataset(location["dataset"]),
            "file_size": str(location["file_size"]),
            "offline": bool(location["offline"]),
            "resource_uri": self._uris.location(location["id"]),
        }

    # Records

    def _metadata(
        self, method: str, dataset: Dataset, oid: str | None = None, *, request: Request, shift: int
    ) -> Answer:
        if oid is None:
            match method:
                case "GET":
                    return self._records(dataset, request, shift)
                case "POST":
                    return self._create_record(dataset, request)
            return Answer(405)
        record = self._store.record(dataset.name, oid)
        if record is None:
            return Answer(404)
        match method:
            case "GET":
                return Answer(200, self.record_json(dataset, record))
            case "PATCH":
                with self._writing(request, dataset.name):
                    self._writer.update_record(dataset, oid, record, request.json())
                return Answer(202, self.record_json(dataset, _written(self._store.record(dataset.name, oid))))
            case "DELETE":
                with self._writing(request, dataset.name):
                    self._store.delete_record(dataset.name, oid)
                return Answer(204)
        return Answer(405)

    def _records(self, dataset: Dataset, request: Request, shift: int) -> Answer:
        oid = self._filters(request, ["oid"]).get("oid")
        order = request.query.get("order_by")
        if order not in (None, "oid", "-oid"):
            raise BadRequest({"error": f"No matching '{order}' field for ordering on."})
        limit, offset = _paging(request, self.max_metadata_limit)
        records = self._store.records(
            dataset.name,
            oid=oid,
            by_oid=order is not None,
            descending=order == "-oid",
            limit=limit,
            offset=max(0, offset + shift),
        )
        total = self._cached_count(
            (dataset.resource_name, oid or ""), lambda: self._store.count_records(dataset.name, oid)
        )
        objects = [self.record_json(dataset, record) for record in records]
        return Answer(200, self._list(request, objects, limit, offset, total))

    def _create_record(self, dataset: Dataset, request: Request) -> Answer:
        with self._writing(request, dataset.name):
            oid = self._writer.create_record(dataset, request.json())
        record = self.record_json(dataset, _written(self._store.record(dataset.name, oid)))
        return Answer(201, record, headers={"Location": record["resource_uri"]})

    def record_json(self, dataset: Dataset, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return a record as a GET shows it: tags as objects, times in milliseconds, the whole location or null."""
        fields: dict[str, Any] = {
            name: validation.shown_time(value) if dataset.types.get(name) == TIME else value
            for name, value in record.items()
        }
        location_id = fields.pop("location_id")
        location = None if location_id is None else self._store.location(location_id)
        return {
            **fields,
            "tags": [{"name": tag, "resource_uri": f"{self._prefix}tag/{tag}/"} for tag in fields["tags"]],
            "data_location": self._location_json(location) if location else None,
            "resource_uri": self._uris.record(dataset.resource_name, fields["oid"]),
        }

    # Common to all

    @contextmanager
    def _writing(self, request: Request, dataset: str) -> Iterator[None]:
        """Commit the writes of the block if the request may write to the dataset.

        Credentials are checked after the data, so that invalid data gives 400 even without credentials. They are
        checked before the tags, so that a refused tag leaves the rest of the record stored.
        """
        credentials = request.headers.get("Authorization", "").encode()
        may_write = dataset not in self.read_only and hmac.compare_digest(credentials, self._credentials)
        refused: TagRefused | None = None
        with self._transaction():
            try:
                yield
            except TagRefused as error:
                refused = error
            if not may_write:
                raise _Unauthorized
        if refused:
            raise refused

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._store.begin()
        try:
            yield
        except BaseException:
            self._store.rollback()
            raise
        self._store.commit()

    def create_records(self, dataset: Dataset, bodies: Iterable[Mapping[str, Any]]) -> None:
        """Create records without HTTP, all or none."""
        with self.lock, self._transaction():
            for body in bodies:
                self._writer.create_record(dataset, body)

    def _filters(self, request: Request, supported: list[str]) -> dict[str, str]:
        query = request.query
        return {name: query[name] for name in supported if name in query and name not in self.unsupported_filters}

    def _cached_count(self, key: tuple[str, ...], count: Callable[[], int]) -> int:
        if key not in self.cached_counts:
            self.cached_counts[key] = count()
        return self.cached_counts[key]

    def _list(self, request: Request, objects: list, limit: int, offset: int, total: int) -> dict[str, Any]:
        def page(at: int) -> str:
            return f"{request.path}?limit={limit}&offset={at}"

        meta = {
            "limit": limit,
            "offset": offset,
            "total_count": total,
            "previous": page(max(0, offset - limit)) if offset else None,
            "next": page(offset + limit) if limit and offset + limit < total else None,
        }
        return {"objects": objects, "meta": meta}


def _written(row: dict[str, Any] | None) -> dict[str, Any]:
    """Return the row that was just written."""
    if row is None:
        raise LookupError("what was written is not there")
    return row


def _paging(request: Request, max_limit: int) -> tuple[int, int]:
    """Return limit and offset. A limit of 0 means the maximum, or all objects if there is no maximum."""
    numbers = []
    for name, default in (("limit", DEFAULT_LIMIT), ("offset", 0)):
        text = request.query.get(name, str(default))
        if not text.isdecimal():
            raise BadRequest({"error": f"Invalid {name} '{text}' provided. Please provide a positive integer."})
        numbers.append(int(text))
    limit, offset = numbers
    return (min(limit or max_limit, max_limit) if max_limit else limit), offset
