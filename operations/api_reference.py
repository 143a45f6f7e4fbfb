"""The API's OpenAPI description as a reference for people: operations and objects."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.text import slugify
from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation, or a field of an object: its name, type and meaning."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Operation:
    """An operation.

    Attributes
    ----------
    answers
        Status and meaning of each answer.
    body
        An example of what is sent, as JSON; empty without a body.
    """

    summary: str
    method: str
    path: str
    needs_token: bool
    description: str
    parameters: list[Parameter]
    answers: list[tuple[str, str]]
    body: str

    @property
    def anchor(self) -> str:
        """The name of the operation's place on a page."""
        return slugify(self.summary)


@dataclass(frozen=True)
class ApiObject:
    """An object that operations take or return."""

    name: str
    description: str
    fields: list[Parameter]


@dataclass(frozen=True)
class Reference:
    """All operations and objects of the API."""

    operations: list[Operation]
    objects: list[ApiObject]


@cache
def api_reference() -> Reference:
    """Return the reference, made once in a process."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    operations = [
        _operation(path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return Reference(operations, list(_objects(schema["components"]["schemas"])))


def _operation(path: str, method: str, operation: dict[str, Any]) -> Operation:
    return Operation(
        summary=operation["summary"],
        method=method.upper(),
        path=path,
        needs_token={} not in operation.get("security", [{}]),
        description=_one_line(operation["description"]),
        parameters=[
            Parameter(
                one["name"], _type(one.get("schema", {})), _one_line(one.get("description", "Part of the address."))
            )
            for one in operation.get("parameters", [])
        ],
        answers=[
            (str(status), _one_line(answer.get("description", "")))
            for status, answer in sorted(operation["responses"].items())
        ],
        body=_example(operation.get("requestBody", {}).get("content", {}).get("application/json", {})),
    )


def _parameter(described: dict[str, Any]) -> Parameter:
    meaning = described.get("description", "Part of the address.")
    return Parameter(described["name"], _type(described.get("schema", {})), _one_line(meaning))


def _example(content: dict[str, Any]) -> str:
    example = next(iter(content.get("examples", {}).values()), None)
    return json.dumps(example["value"], ensure_ascii=False) if example else ""


def _objects(schemas: dict[str, Any]) -> Iterator[ApiObject]:
    for name, described in sorted(schemas.items()):
        if described.get("properties") and not name.startswith("Paginated"):
            fields = [
                Parameter(field, _type(properties), _one_line(properties.get("description", "")))
                for field, properties in described["properties"].items()
            ]
            yield ApiObject(name, _one_line(described.get("description", "")), fields)


def _type(properties: dict[str, Any]) -> str:
    references = properties.get("allOf") or properties.get("oneOf") or ([properties] if "$ref" in properties else [])
    if references:
        return str(references[0].get("$ref", "")).rpartition("/")[2]
    kind = str(properties.get("format") or properties.get("type", "any"))
    return f"list of {_type(properties['items'])}" if kind == "array" else kind


def _one_line(text: str) -> str:
    return " ".join(text.split())
