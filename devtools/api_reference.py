"""``python -m devtools.api_reference [--write]``: `docs/api-reference.md`, made from the API's OpenAPI description.

Without ``--write`` it fails if the file differs from what would be made.
"""

import os
import sys
from collections.abc import Iterator
from typing import Any

import django

from config.environment import PROJECT_ROOT
from devtools.generated import write_or_compare

PAGE = PROJECT_ROOT / "docs" / "api-reference.md"

_HEAD = """\
# API reference

Made from the OpenAPI description by `python -m devtools.api_reference --write`. An archive serves the description at
`/api/v1/schema/`, and a page to try it at `/api/v1/docs/`. Times are UTC, wavelengths nm, angles arcsec, sizes bytes.
"""


def page() -> str:
    """Return the page as Markdown."""
    from drf_spectacular.generators import SchemaGenerator  # It needs Django to be set up.

    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    parts = [_HEAD, "## Operations", ""]
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            parts += _operation(path, method, operation)
    parts += ["## Objects", ""]
    for name, described in sorted(schema["components"]["schemas"].items()):
        if described.get("properties") and not name.startswith("Paginated"):
            parts += _object(name, described)
    return "\n".join(parts).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """Compare the page with what would be made, or write it; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    return write_or_compare(arguments, "devtools.api_reference", {PAGE: page()})


def _operation(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    needs_token = {} not in operation.get("security", [{}])
    yield f"### {operation['summary']}"
    yield ""
    yield f"`{method.upper()} {path}`{', with a token' if needs_token else ''}"
    yield ""
    yield _in_a_cell(operation["description"])
    yield ""
    parameters = operation.get("parameters", [])
    if parameters:
        yield "| parameter | meaning |"
        yield "| --- | --- |"
        for parameter in parameters:
            yield f"| `{parameter['name']}` | {_in_a_cell(parameter.get('description', 'Part of the address.'))} |"
        yield ""
    yield f"Answers: {', '.join(sorted(map(str, operation['responses'])))}."
    yield ""


def _object(name: str, described: dict[str, Any]) -> Iterator[str]:
    yield f"### {name}"
    yield ""
    yield _in_a_cell(described.get("description", ""))
    yield ""
    yield "| field | type | meaning |"
    yield "| --- | --- | --- |"
    for field, properties in described["properties"].items():
        yield f"| `{field}` | {_type(properties)} | {_in_a_cell(properties.get('description', ''))} |"
    yield ""


def _type(properties: dict[str, Any]) -> str:
    references = properties.get("allOf") or properties.get("oneOf") or ([properties] if "$ref" in properties else [])
    if references:
        return str(references[0].get("$ref", "")).rpartition("/")[2]
    kind = str(properties.get("format") or properties.get("type", "any"))
    return f"list of {_type(properties['items'])}" if kind == "array" else kind


def _in_a_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
