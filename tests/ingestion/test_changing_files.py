"""A file that changes while it is ingested is tried again later."""

import pytest

from common.errors import PermanentError, TransientError
from datacubes.models import DataCube
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import edit_keyword
from ingestion.conductor import STEPS, ingest

pytestmark = pytest.mark.django_db


def grow(path) -> None:
    with path.open("ab") as file:
        file.write(bytes(2880))


def edit(path) -> None:
    edit_keyword(path, "OBJECT", "AR 12739")


def replace_by_a_copy(path) -> None:
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)


def remove(path) -> None:
    path.unlink()


def cut(path) -> None:
    with path.open("r+b") as file:
        file.truncate(3000)


def empty(path) -> None:
    path.write_bytes(b"")


CHANGES = [grow, edit, replace_by_a_copy, remove, cut, empty]


@pytest.fixture
def during(monkeypatch):
    """Run something just before a step reads the file."""

    def arrange(name: str, action) -> None:
        step = next(step for step in STEPS if step.name == name)
        read = step.read

        def act_and_read(material):
            action()
            return read(material)

        monkeypatch.setattr(step, "read", act_and_read)

    return arrange


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["fits_header", "metadata", "tags"])
@pytest.mark.usefixtures("nobody_writes")
def test_a_file_that_changes_during_reading_is_a_transient_error(place_cube, data_root, during, change, name):
    path = place_cube()
    during(name, lambda: change(data_root / path))
    with pytest.raises(TransientError, match="changed"):
        ingest(IngestRequest(path))
    assert not DataCube.objects.exists()


def test_a_file_is_ingested_once_it_stops_changing(place_cube, data_root, during, monkeypatch):
    path = place_cube()
    during("metadata", lambda: edit(data_root / path))
    with pytest.raises(TransientError):
        ingest(IngestRequest(path))
    monkeypatch.undo()
    ingest(IngestRequest(path))
    assert DataCube.objects.get().metadata.keywords["OBJECT"] == "AR 12739"


@pytest.mark.usefixtures("nobody_writes")
@pytest.mark.parametrize("missing", [1, 8, 9, 2000])
def test_a_file_whose_last_tables_are_not_written_yet_is_not_ingested(place_cube, data_root, missing):
    path = data_root / place_cube()
    content = path.read_bytes()
    # The last table holds values of 8 bytes, one for each of 24 frames; the padding after them may be missing.
    path.write_bytes(content[: len(content) - 2880 + 8 * 24 - missing])
    with pytest.raises(PermanentError, match="cut short"):
        ingest(IngestRequest("2019-04-19/CRISP/cube.fits"))
    assert not DataCube.objects.exists()
