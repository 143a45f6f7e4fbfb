"""``python -m devtools.released_migrations``: check that no released migration has changed.

An archive that has applied a migration never applies it again. If the file changes, that archive and a new one have
different tables. Released migrations are recorded in `released-migrations.txt` with their digests, in the form of
``sha256sum``.
"""

import argparse
import sys
from hashlib import sha256
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
RECORD = "released-migrations.txt"
COMMAND = "python -m devtools.released_migrations --record"


def main(arguments: list[str] | None = None, root: Path = PROJECT) -> int:
    """Check or record the migrations below `root`, and return the exit code: 1 if a released one has changed."""
    parser = argparse.ArgumentParser(prog="python -m devtools.released_migrations")
    parser.add_argument("--record", action="store_true", help="Record those that are not recorded yet, as released.")
    record = parser.parse_args(arguments).record
    found, recorded = migrations(root), released(root)
    if wrong := problems(found, recorded):
        print("\n".join(wrong), file=sys.stderr)
        return 1
    new = sorted(found.keys() - recorded.keys())
    for path in new:
        print(f"{path}: recorded." if record else f"{path}: not released yet. When it is, record it: {COMMAND}")
    if record and new:
        _write(root, found)
    return 0


def migrations(root: Path) -> dict[str, str]:
    """Return the digest of each migration by its path relative to `root`."""
    folders = ("*/migrations", "*/*/migrations")
    files = (path for folder in folders for path in root.glob(f"{folder}/*.py") if path.name != "__init__.py")
    return {path.relative_to(root).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def released(root: Path) -> dict[str, str]:
    """Return the recorded digests by path."""
    lines = (root / RECORD).read_text().splitlines()
    return {path: digest for digest, path in (line.split(maxsplit=1) for line in lines)}


def problems(found: dict[str, str], recorded: dict[str, str]) -> list[str]:
    """Return a sentence for each released migration that has changed or is missing."""
    return [
        f"{path} was released and {'has changed' if path in found else 'is missing'}. Restore it with git; "
        "for the change, write a new migration: python manage.py makemigrations."
        for path, digest in sorted(recorded.items())
        if found.get(path) != digest
    ]


def _write(root: Path, digests: dict[str, str]) -> None:
    # The form of sha256sum: `sha256sum --check` reads it too.
    (root / RECORD).write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())))


if __name__ == "__main__":
    sys.exit(main())
