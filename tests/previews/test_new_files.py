"""Files that belong together are there in the end all of them, or none."""

import pytest

from common.errors import TransientError
from previews.new_files import finished, new_files


def test_files_get_their_final_names_when_all_are_written(tmp_path):
    with new_files(tmp_path / "new" / "folder") as new_part:
        parts = [new_part(".jpg"), new_part(".webm")]
        for part in parts:
            part.write_bytes(b"x")
            assert part.suffix == ".part"
    assert sorted((tmp_path / "new" / "folder").iterdir()) == sorted(map(finished, parts))
    assert [finished(part).suffix for part in parts] == [".jpg", ".webm"]


def test_names_are_unique(tmp_path):
    with new_files(tmp_path) as new_part:
        names = {new_part(".jpg") for _ in range(100)}
        for name in names:
            name.touch()
    assert len(names) == 100


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failing_block_leaves_no_files(tmp_path, error):
    def fail():
        with new_files(tmp_path / "new") as new_part:
            new_part(".jpg").write_bytes(b"x")
            new_part(".webm")
            raise error

    with pytest.raises(error):
        fail()
    assert list((tmp_path / "new").iterdir()) == []


def test_a_missing_file_at_the_end_of_the_block_leaves_no_files(tmp_path):
    def forget_one():
        with new_files(tmp_path / "new") as new_part:
            new_part(".jpg").write_bytes(b"x")
            new_part(".webm")

    with pytest.raises(TransientError, match="cannot be written"):
        forget_one()
    assert list((tmp_path / "new").iterdir()) == []
