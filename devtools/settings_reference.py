"""``python -m devtools.settings_reference [--write]``: the table of settings and `.env.example`, made from the code.

Without ``--write`` it says which of the two files differs from what would be made, and fails if one does.
"""

import sys
from pathlib import Path
from textwrap import wrap
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from config.environment import PROJECT_ROOT, Environment
from devtools.generated import write_or_compare

TABLE, EXAMPLE = Path("docs/settings.md"), Path(".env.example")

_HEAD_OF_TABLE = """\
# Settings

Environment variables configure the archive. Each process reads and checks them when it starts, and ends with a sentence
that names a variable that is wrong. An empty value is the same as none. This table is made from
`config/environment.py` by `python -m devtools.settings_reference --write`.

| variable | default | meaning |
| --- | --- | --- |
"""
_HEAD_OF_EXAMPLE = """\
# Settings of the archive, all with their defaults: copy this file to `.env`, and set what differs.
# Made by `python -m devtools.settings_reference --write`.
"""


def table() -> str:
    """Return the table of settings as Markdown."""
    rows = (
        f"| `{name}` | {_shown_default(field)} | {field.description}{_bounds(field)} |\n"
        for name, field in Environment.model_fields.items()
    )
    return _HEAD_OF_TABLE + "".join(rows)


def example() -> str:
    """Return the example of a file of settings, with each variable as a comment."""
    parts = [_HEAD_OF_EXAMPLE]
    for name, field in Environment.model_fields.items():
        description = f"{field.description}{_bounds(field)}. Default: {_shown_default(field)}".replace("`", "")
        parts += ["", *(f"# {line}" for line in wrap(description, 116)), f"#{name}={_constant_default(field)}"]
    return "\n".join(parts) + "\n"


def main(arguments: list[str]) -> int:
    """Compare the files with what would be made, or write them; return the exit code."""
    contents = {PROJECT_ROOT / TABLE: table(), PROJECT_ROOT / EXAMPLE: example()}
    return write_or_compare(arguments, "devtools.settings_reference", contents)


def _shown_default(field: FieldInfo) -> str:
    extra: Any = field.json_schema_extra or {}
    if "shown_default" in extra:
        return str(extra["shown_default"])
    constant = _constant_default(field)
    return f"`{constant}`" if constant else "none"


def _constant_default(field: FieldInfo) -> str:
    extra: Any = field.json_schema_extra or {}
    if "shown_default" in extra or field.default is None or isinstance(field.default, SecretStr):
        return ""
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return f"{field.default:g}" if isinstance(field.default, float) else str(field.default)


def _bounds(field: FieldInfo) -> str:
    limits = {type(limit).__name__: limit for limit in field.metadata}
    low, high = getattr(limits.get("Ge"), "ge", None), getattr(limits.get("Le"), "le", None)
    return f" ({low} to {high})" if low is not None and high is not None else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
