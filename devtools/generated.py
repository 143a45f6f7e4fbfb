"""Writes files that are made from the code, or compares them with what the code would make."""

from collections.abc import Mapping, Sequence
from pathlib import Path


def write_or_compare(arguments: Sequence[str], module: str, contents: Mapping[Path, str]) -> int:
    """Write files if ``--write`` is among the arguments; else say which of them differ.

    Parameters
    ----------
    arguments
        Of the command line.
    module
        The module that makes the files, for the sentence.
    contents
        What each file holds.

    Returns
    -------
    int
        The exit code: 1 if a file differs.
    """
    code = 0
    for path, content in contents.items():
        if "--write" in arguments:
            path.write_text(content, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != content:
            print(f"{path.name} differs from what the code says: python -m {module} --write")
            code = 1
    return code
