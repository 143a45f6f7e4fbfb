"""Which files a walk finds."""

import os
from pathlib import Path

import pytest

from common.errors import TransientError
from keeper.discovery.tree import MAX_DEPTH, Patterns, Tree
from tests.support.broken_storage import no_answer_about


@pytest.fixture
def refused() -> list[tuple[str, str]]:
    return []


def found(root: Path, patterns: Patterns, refused: list[tuple[str, str]], folder: str = "") -> list[str]:
    tree = Tree(root, patterns, lambda path, reason: refused.append((path, reason)), lambda: None)
    return sorted(file.relative_path for file in tree.files(folder))


def make(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"")


def test_files_with_the_suffix_of_a_cube_are_found(tmp_path, refused):
    make(tmp_path, "a.fits", "b/c.FITS", "b/d/e.fits.fz", "b/f.fts", "b/notes.txt", "b/fits")
    assert found(tmp_path, Patterns(), refused) == ["a.fits", "b/c.FITS", "b/d/e.fits.fz", "b/f.fts"]
    assert found(tmp_path, Patterns(), refused, "b/d") == ["b/d/e.fits.fz"]
    assert not refused


def test_hidden_files_and_parts_are_left_out(tmp_path, refused):
    make(tmp_path, ".a.fits", ".hidden/b.fits", "c.fits.part", "d/.e.fits.Xy12", "f.fits")
    assert found(tmp_path, Patterns(), refused) == ["f.fits"]


def test_patterns_choose_by_the_path(tmp_path, refused):
    make(tmp_path, "2019/nb_1.fits", "2019/wb_1.fits", "2019/raw/nb_2.fits", "scratch/a/nb_3.fits")
    assert found(tmp_path, Patterns(include=("*nb_*",)), refused) == [
        *("2019/nb_1.fits", "2019/raw/nb_2.fits", "scratch/a/nb_3.fits"),
    ]
    assert found(tmp_path, Patterns(("*",), ("scratch", "*/raw", "*/wb_*")), refused) == ["2019/nb_1.fits"]


def test_an_excluded_folder_is_not_entered(tmp_path, refused):
    make(tmp_path, "scratch/a.fits", "b.fits")
    with no_answer_about("scratch", call="scandir"):
        assert found(tmp_path, Patterns(("*",), ("scratch",)), refused) == ["b.fits"]
    assert not refused


def test_links_count_if_they_lead_to_what_is_not_found_by_itself(tmp_path, refused):
    make(tmp_path, "a.fits", ".store/b", "c/d.fits")
    (tmp_path / "same.fits").symlink_to("a.fits")
    (tmp_path / "other.fits").symlink_to(".store/b")
    (tmp_path / "folder").symlink_to("c")
    (tmp_path / "c" / "loop").symlink_to("..")
    (tmp_path / "nowhere.fits").symlink_to("gone.fits")
    assert found(tmp_path, Patterns(), refused) == ["a.fits", "c/d.fits", "other.fits"]


def test_names_that_are_not_utf_8_are_refused(tmp_path, refused):
    make(tmp_path, "a.fits")
    os.mkdir(os.fsencode(tmp_path) + b"/fol\xffder")
    for name in (b"/b\xff.fits", b"/fol\xffder/c.fits"):
        with open(os.fsencode(tmp_path) + name, "wb"):
            pass
    assert found(tmp_path, Patterns(), refused) == ["a.fits"]
    assert sorted(refused) == [
        ("b\udcff.fits", "The name is not UTF-8. Rename the file."),
        ("fol\udcffder", "The name of the folder is not UTF-8. Rename it; nothing in it is found."),
    ]


def test_the_depth_has_a_bound(tmp_path, refused):
    folder = "/".join(["d"] * (MAX_DEPTH - 1))
    make(tmp_path, f"{folder}/a.fits", f"{folder}/d/b.fits")
    assert found(tmp_path, Patterns(), refused) == [f"{folder}/a.fits"]
    assert [path for path, _ in refused] == [f"{folder}/d"]


def test_what_is_no_regular_file_is_left_out(tmp_path, refused):
    os.mkfifo(tmp_path / "fifo.fits")
    (tmp_path / "folder.fits").mkdir()
    assert found(tmp_path, Patterns(), refused) == []


def test_a_folder_that_cannot_be_read_does_not_stop_the_walk(tmp_path, refused):
    make(tmp_path, "a/b.fits", "c/d.fits")
    with no_answer_about("/a", call="scandir"):
        assert found(tmp_path, Patterns(), refused) == ["c/d.fits"]
    assert refused == [("a", "The folder cannot be read: Input/output error.")]


def test_storage_that_goes_away_ends_the_walk(tmp_path):
    root = tmp_path / "root"
    make(root, *(f"{number}/a.fits" for number in range(3)))
    files = Tree(root, Patterns(), lambda path, reason: None, lambda: None).files()
    next(files)
    root.rename(tmp_path / "elsewhere")
    with pytest.raises(TransientError, match="science data folder cannot be read"):
        list(files)
