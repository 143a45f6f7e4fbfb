"""The command write_sample_cube."""

import io
import shlex
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from datacubes.models import DataCube
from devtools.management.commands import write_sample_cube


@pytest.fixture(autouse=True)
def small_cubes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_sample_cube, "SHAPE", (1, 1, 2, 4, 4))


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_printed_command_ingests_the_written_cubes(data_root):
    *lines, _, last = run("write_sample_cube", "to try/it", "--cubes", "3").splitlines()
    paths = [Path(line.rpartition(" (")[0]) for line in lines]
    assert sorted(paths) == sorted((data_root / "to try" / "it").iterdir())
    assert len(set(paths)) == 3
    command = shlex.split(last.removeprefix("Ingest with: python manage.py "))
    assert "3 cubes: 3 completed" in run(*command)
    assert {cube.relative_path for cube in DataCube.objects.all()} == {
        str(path.relative_to(data_root)) for path in paths
    }


def test_one_cube_is_written_by_default(data_root):
    run("write_sample_cube", str(data_root))
    assert len(list(data_root.iterdir())) == 1


def test_nothing_is_overwritten(data_root):
    run("write_sample_cube", "sample")
    [path] = (data_root / "sample").iterdir()
    path.write_text("mine")
    with pytest.raises(CommandError, match=r"sample is not empty\. Name a new folder"):
        run("write_sample_cube", "sample")
    assert path.read_text() == "mine"
    with pytest.raises(CommandError, match="cannot be used: Not a directory"):
        run("write_sample_cube", f"sample/{path.name}")


@pytest.mark.parametrize("folder", ["..", "a/../../b", "/b", "link"])
def test_it_stays_in_the_science_data_folder(data_root, tmp_path, folder):
    (data_root / "link").symlink_to(tmp_path / "elsewhere")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CommandError, match="is not below the science data folder"):
        run("write_sample_cube", folder)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_cannot_be_written_to_is_named(data_root, monkeypatch):
    def read_only(*args: object, **kwargs: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(write_sample_cube, "many_cubes", read_only)
    with pytest.raises(CommandError, match=r"written to .*/sample: Read-only file system"):
        run("write_sample_cube", "sample")


def test_zero_cubes_are_refused(data_root):
    with pytest.raises(CommandError, match="at least 1"):
        run("write_sample_cube", "sample", "--cubes", "0")
    assert list(data_root.iterdir()) == []
