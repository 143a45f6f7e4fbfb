"""Untrusted paths stay in the science data folder, and looking at them never blocks."""

import collections
import errno
import os
import shutil
import signal
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.errors import PermanentError, TransientError
from common.paths import PathRefused, confined_path, open_confined
from tests.support.broken_storage import no_answer_about


@pytest.fixture(autouse=True)
def _no_blocking() -> Iterator[None]:
    """Interrupt what hangs: an open that blocks would block the tests for ever."""

    def interrupt(number: int, frame: object) -> None:
        raise AssertionError("blocked")

    signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(60)
    yield
    signal.alarm(0)


@pytest.fixture
def cube(data_root: Path) -> Path:
    """A file in a folder; what it holds does not matter here."""
    path = data_root / "2019-04-19" / "cube.fits"
    path.parent.mkdir()
    path.write_bytes(b"a cube")
    return path


def read_and_close(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 100)
    finally:
        os.close(descriptor)


def test_it_works(data_root, cube):
    assert confined_path(data_root, "2019-04-19/cube.fits") == cube.resolve()
    assert read_and_close(open_confined(data_root, "2019-04-19/cube.fits")) == b"a cube"


def test_names_that_only_look_dangerous_are_taken(data_root):
    for name in ("..cube.fits", "a..b.fits", "-rf.fits", "~.fits", "$HOME.fits", "Åke Öhman :%20?.fits", "a" * 250):
        (data_root / name).write_bytes(b"a cube")
        assert read_and_close(open_confined(data_root, name)) == b"a cube"


def test_a_link_that_stays_inside_is_followed(data_root, cube):
    (data_root / "file.fits").symlink_to(cube)
    (data_root / "folder").symlink_to(cube.parent, target_is_directory=True)
    for path in ("file.fits", "folder/cube.fits"):
        assert confined_path(data_root, path) == cube.resolve()
        assert read_and_close(open_confined(data_root, path)) == b"a cube"


def test_the_science_data_folder_may_be_a_link(data_root, cube, tmp_path):
    (tmp_path / "link").symlink_to(data_root, target_is_directory=True)
    assert read_and_close(open_confined(tmp_path / "link", "2019-04-19/cube.fits")) == b"a cube"


def test_a_path_of_a_thousand_bytes_is_taken_and_a_longer_one_refused(data_root):
    folder = "/".join(["f" * 200] * 4) + "/" + "f" * 100
    (data_root / folder).mkdir(parents=True)
    longest = f"{folder}/{'c' * (1000 - len(folder) - 1)}"
    (data_root / longest).write_bytes(b"a cube")
    (data_root / f"{longest}c").write_bytes(b"a cube")
    assert read_and_close(open_confined(data_root, longest)) == b"a cube"
    with pytest.raises(PathRefused, match="1001 bytes long; at most 1000"):
        confined_path(data_root, f"{longest}c")


def test_bytes_are_counted_and_not_characters(data_root):
    with pytest.raises(PathRefused, match="1004 bytes long"):
        confined_path(data_root, "å" * 502)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "empty"),
        (".", "not a regular file"),
        ("/", "relative"),
        ("/etc/hostname", "relative"),
        ("..", "“..”"),
        ("../data/2019-04-19/cube.fits", "“..”"),
        ("2019-04-19/../2019-04-19/cube.fits", "“..”"),
        ("..\\cube.fits", "relative"),
        ("2019-04-19//cube.fits", "plain form"),
        ("./2019-04-19/cube.fits", "plain form"),
        ("2019-04-19/cube.fits/", "plain form"),
        ("2019-04-19/cube.fits\0.png", "control characters"),
        ("2019-04-19/\ncube.fits", "control characters"),
        ("2019-04-19/\x1b[2Jcube.fits", "control characters"),
        ("\udcff.fits", "encoded"),
        ("none.fits", "no file"),
        ("none/cube.fits", "no file"),
        ("2019-04-19/cube.fits/cube.fits", "no file"),
        ("2019-04-19", "not a regular file"),
        ("a" * 300 + ".fits", "cannot be looked up: File name too long"),
        ("a/" * 5000 + "cube.fits", "at most 1000"),
        ("a" * 1_000_000, "at most 1000"),
    ],
)
def test_it_refuses(data_root, cube, path, reason):
    with pytest.raises(PathRefused, match=reason) as refused:
        confined_path(data_root, path)
    assert len(str(refused.value)) < 1000
    # What is not there may yet come, for example when a disk is mounted; the rest stays refused.
    with pytest.raises(TransientError if reason == "no file" else PathRefused, match=reason):
        open_confined(data_root, path)


@pytest.mark.parametrize("target", ["/etc/hostname", "../outside.fits", "2019-04-19/../../outside.fits"])
def test_a_link_that_leaves_the_folder_is_refused(data_root, cube, tmp_path, target):
    (tmp_path / "outside.fits").write_bytes(b"secret")
    (data_root / "link.fits").symlink_to(target)
    for look in (confined_path, open_confined):
        with pytest.raises(PathRefused, match="symbolic link"):
            look(data_root, "link.fits")


def test_a_linked_folder_that_leaves_the_folder_is_refused(data_root, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "cube.fits").write_bytes(b"secret")
    (data_root / "folder").symlink_to(tmp_path / "outside", target_is_directory=True)
    for look in (confined_path, open_confined):
        with pytest.raises(PathRefused, match="symbolic link"):
            look(data_root, "folder/cube.fits")


def test_a_neighbour_with_a_longer_name_is_outside(data_root, tmp_path):
    (tmp_path / "data-private").mkdir()
    (tmp_path / "data-private" / "cube.fits").write_bytes(b"secret")
    (data_root / "link.fits").symlink_to(tmp_path / "data-private" / "cube.fits")
    with pytest.raises(PathRefused, match="symbolic link"):
        confined_path(data_root, "link.fits")


def test_links_in_a_circle_are_refused(data_root):
    (data_root / "a.fits").symlink_to("b.fits")
    (data_root / "b.fits").symlink_to("a.fits")
    for look in (confined_path, open_confined):
        with pytest.raises(PathRefused, match="cannot be looked up"):
            look(data_root, "a.fits")


def test_a_link_to_nothing_is_no_file(data_root):
    (data_root / "link.fits").symlink_to("none.fits")
    with pytest.raises(PathRefused, match="no file"):
        confined_path(data_root, "link.fits")


def test_a_fifo_is_refused_without_waiting_for_its_writer(data_root):
    os.mkfifo(data_root / "pipe.fits")
    for look in (confined_path, open_confined):
        with pytest.raises(PathRefused, match="not a regular file"):
            look(data_root, "pipe.fits")


def test_a_socket_is_refused(data_root, monkeypatch):
    monkeypatch.chdir(data_root)  # The names of sockets are limited to some hundred bytes.
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.fits")
        with pytest.raises(PathRefused, match="not a regular file"):
            open_confined(data_root, "socket.fits")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a device")
def test_a_device_inside_the_folder_is_refused(data_root):
    os.mknod(data_root / "zero.fits", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    for look in (confined_path, open_confined):
        with pytest.raises(PathRefused, match="not a regular file"):
            look(data_root, "zero.fits")


@pytest.mark.parametrize("look", [confined_path, open_confined])
@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ENOMEM])
def test_an_error_of_the_storage_is_not_taken_for_a_wrong_path(data_root, cube, look, number):
    words = f"“2019-04-19/cube.fits” cannot be looked up: {os.strerror(number)}."
    with no_answer_about("cube.fits", number), pytest.raises(TransientError, match=words):
        look(data_root, "2019-04-19/cube.fits")


def test_a_folder_that_may_not_be_looked_into_is_refused_and_may_be_opened_up_later(data_root, cube):
    with no_answer_about("cube.fits", errno.EACCES):
        with pytest.raises(PathRefused, match="cannot be looked up: Permission denied"):
            confined_path(data_root, "2019-04-19/cube.fits")
        with pytest.raises(TransientError, match="cannot be looked up: Permission denied"):
            open_confined(data_root, "2019-04-19/cube.fits")


@pytest.mark.parametrize("look", [confined_path, open_confined])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_storage_that_is_not_mounted_is_not_taken_for_a_file_that_is_not_there(data_root, look, is_there):
    shutil.rmtree(data_root)
    if is_there:
        data_root.mkdir()
    with pytest.raises(TransientError, match="The science data folder"):
        look(data_root, "2019-04-19/cube.fits")


@pytest.mark.parametrize("look", [confined_path, open_confined])
def test_a_name_that_the_storage_cannot_have_is_refused(data_root, look):
    with no_answer_about("cube.fits", errno.EILSEQ), pytest.raises(PathRefused, match="cannot be looked up"):
        look(data_root, "cube.fits")


@pytest.fixture
def just_before_open(monkeypatch):
    """Run something between the check of a path and its opening, as another process might."""

    def arrange(action) -> None:
        really_open, actions = os.open, [action]

        def open_after_action(path, flags, **kwargs):
            while actions:
                actions.pop()()
            return really_open(path, flags, **kwargs)

        monkeypatch.setattr("common.paths.os.open", open_after_action)

    return arrange


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_file_that_becomes_a_link_before_it_is_opened_is_not_followed(data_root, cube, tmp_path, just_before_open):
    (tmp_path / "outside.fits").write_bytes(b"secret")

    def swap() -> None:
        cube.unlink()
        cube.symlink_to(tmp_path / "outside.fits")

    just_before_open(swap)
    before = descriptors()
    with pytest.raises((PermanentError, TransientError)):
        open_confined(data_root, "2019-04-19/cube.fits")
    assert descriptors() == before


def test_a_folder_that_becomes_a_link_before_it_is_opened_is_noticed(data_root, cube, tmp_path, just_before_open):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "cube.fits").write_bytes(b"secret")

    def swap() -> None:
        cube.parent.rename(data_root / "elsewhere")
        cube.parent.symlink_to(tmp_path / "outside", target_is_directory=True)

    just_before_open(swap)
    before = descriptors()
    with pytest.raises(TransientError, match="cannot be opened: Not a directory"):
        open_confined(data_root, "2019-04-19/cube.fits")
    assert descriptors() == before


def test_a_file_that_becomes_a_fifo_before_it_is_opened_does_not_block(data_root, cube, just_before_open):
    def swap() -> None:
        cube.unlink()
        os.mkfifo(cube)

    just_before_open(swap)
    before = descriptors()
    with pytest.raises((PermanentError, TransientError)):
        open_confined(data_root, "2019-04-19/cube.fits")
    assert descriptors() == before


def test_a_file_that_vanishes_before_it_is_opened_is_tried_again_later(data_root, cube, just_before_open):
    just_before_open(cube.unlink)
    with pytest.raises(TransientError, match="cannot be opened: No such file"):
        open_confined(data_root, "2019-04-19/cube.fits")


def test_a_folder_that_is_exchanged_with_a_link_all_the_time_never_leads_outside(data_root, cube, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "cube.fits").write_bytes(b"secret")
    folder, link, spare = cube.parent, tmp_path / "link", tmp_path / "spare"
    link.symlink_to(outside, target_is_directory=True)
    stop = threading.Event()

    def exchange() -> None:
        while not stop.is_set():
            folder.rename(spare)
            link.rename(folder)
            spare.rename(link)

    thread = threading.Thread(target=exchange)
    thread.start()
    before, contents = descriptors(), collections.Counter()
    try:
        for _ in range(20_000):
            try:
                contents[read_and_close(open_confined(data_root, "2019-04-19/cube.fits"))] += 1
            except (PermanentError, TransientError):
                contents["refused"] += 1
    finally:
        stop.set()
        thread.join()
    assert contents.keys() == {b"a cube", "refused"}
    assert min(contents.values()) > 100
    assert descriptors() == before
