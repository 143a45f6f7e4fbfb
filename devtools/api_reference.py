"""``python -m devtools.api_reference [--write]``: `docs/api-reference.md`, made from the API's OpenAPI description.

Without ``--write`` it fails if the file differs from what would be made.
"""

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import django

from config.environment import PROJECT_ROOT
from devtools.generated import write_or_compare

if TYPE_CHECKING:
    from operations.api_reference import ApiObject, Operation

PAGE = PROJECT_ROOT / "docs" / "api-reference.md"

_HEAD = """\
# API reference

Made from the OpenAPI description by `python -m devtools.api_reference --write`. An archive serves the description at
`/api/v1/schema/`, and this page at `/api/v1/docs/`. Times are UTC, wavelengths nm, angles arcsec, sizes bytes.
"""


def page() -> str:
    """Return the page as Markdown."""
    from operations.api_reference import api_reference  # It needs Django to be set up.

    reference = api_reference()
    parts = [_HEAD, "## Operations", ""]
    for operation in reference.operations:
        parts += _operation(operation)
    parts += ["## Objects", ""]
    for described in reference.objects:
        parts += _object(described)
    return "\n".join(parts).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """Compare the page with what would be made, or write it; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    return write_or_compare(arguments, "devtools.api_reference", {PAGE: page()})


def _operation(operation: "Operation") -> Iterator[str]:
    yield f"### {operation.summary}"
    yield ""
    yield f"`{operation.method} {operation.path}`{', with a token' if operation.needs_token else ''}"
    yield ""
    yield _in_a_cell(operation.description)
    yield ""
    if operation.parameters:
        yield "| parameter | meaning |"
        yield "| --- | --- |"
        for parameter in operation.parameters:
            yield f"| `{parameter.name}` | {_in_a_cell(parameter.description)} |"
        yield ""
    yield f"Answers: {', '.join(status for status, _ in operation.answers)}."
    yield ""


def _object(described: "ApiObject") -> Iterator[str]:
    yield f"### {described.name}"
    yield ""
    yield _in_a_cell(described.description)
    yield ""
    yield "| field | type | meaning |"
    yield "| --- | --- | --- |"
    for field in described.fields:
        yield f"| `{field.name}` | {field.type} | {_in_a_cell(field.description)} |"
    yield ""


def _in_a_cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
