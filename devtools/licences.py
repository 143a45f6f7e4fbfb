"""Prints docs/licences.md: ``python -m devtools.licences``. The installed packages must be those of the lock file."""

from importlib.metadata import metadata

from devtools.locked import locked_packages

HEAD = """# Licences of what the archive depends on

Each package of `requirements.txt`, and the licence that its metadata names. `make licences` makes this list again.

| package | version | licence |
| --- | --- | --- |"""

FOOT = """
Some packages contain the work of others, under licences of its own:

- `imageio-ffmpeg` contains a program, ffmpeg, built under the GPL, version 3 or later. The archive runs it as a process
  of its own. A container image contains it too: whoever passes the image on must offer the source code of ffmpeg.
- `av` contains FFmpeg's libraries with x264 and x265, and so under the GPL, version 3 or later. The archive's own
  licence lets it be combined with them. The same offer is due for them.
- `psycopg2-binary` contains libpq, OpenSSL, Kerberos and other libraries, each under its own licence.
- `numpy` and `pillow` contain libraries; their licence files name those and their licences."""


def licence(package: str) -> str:
    """Return the licence that the metadata of an installed package names."""
    fields = metadata(package)
    if expression := fields.get_all("License-Expression"):
        return str(expression[0])
    classifiers = [
        name.rpartition(" :: ")[2] for name in fields.get_all("Classifier", []) if name.startswith("License")
    ]
    # Some have the whole text in the field.
    return ", ".join(classifiers) or str(fields["License"]).partition("\n")[0]


def document() -> str:
    """Return the whole of docs/licences.md."""
    packages = locked_packages("requirements.txt")
    rows = [f"| {name} | {version} | {licence(name)} |" for name, version in packages.items()]
    return "\n".join([HEAD, *rows, FOOT, ""])


if __name__ == "__main__":
    print(document(), end="")
