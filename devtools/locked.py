"""The packages of the lock files."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def locked_packages(*files: str) -> dict[str, str]:
    """Return the version of each package that the lock files name, in the order of the names."""
    text = "\n".join((PROJECT / file).read_text() for file in files)
    return dict(sorted(re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE)))
