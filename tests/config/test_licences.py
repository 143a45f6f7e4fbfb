"""docs/licences.md lists the licences of what is locked."""

from pathlib import Path

from devtools.licences import document, licence
from devtools.locked import locked_packages

PROJECT = Path(__file__).resolve().parents[2]


def test_the_list_of_licences_is_that_of_the_locked_packages():
    assert (PROJECT / "docs" / "licences.md").read_text() == document(), "Run `make licences`."


def test_every_package_names_its_licence():
    packages = locked_packages("requirements.txt")
    assert len(packages) > 40
    assert {name: licence(name) for name in packages if licence(name) in ("", "None", "UNKNOWN")} == {}
