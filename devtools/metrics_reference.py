"""``python -m devtools.metrics_reference [--write]``: `docs/metrics.md`, made from the descriptions of the metrics.

Without ``--write`` it fails if the file differs from what would be made.
"""

import os
import sys

import django

from config.environment import PROJECT_ROOT
from devtools.generated import write_or_compare

PAGE = PROJECT_ROOT / "docs" / "metrics.md"

_HEAD = """\
# Metrics

What `/metrics` tells Prometheus, made by `python -m devtools.metrics_reference --write`. See
[run it for real](operations.md) for who may read them.

| metric | labels | meaning |
| --- | --- | --- |
"""


def page() -> str:
    """Return the page as Markdown."""
    from operations.metrics import DESCRIPTIONS  # It needs Django to be set up.

    return _HEAD + "".join(
        f"| `{one.name}` | {', '.join(f'`{label}`' for label in one.labels) or '–'} | {one.meaning} |\n"
        for one in DESCRIPTIONS
    )


def main(arguments: list[str]) -> int:
    """Compare the page with what would be made, or write it; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    return write_or_compare(arguments, "devtools.metrics_reference", {PAGE: page()})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
