"""`Archive.download` and `Archive.open`, against an archive over HTTP."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from django.utils import timezone
from solar_archive_client import Archive, ArchiveError, NotAllowed
from solar_archive_client.downloads import File, files_of, verify_sums

from datacubes.models import DataCube
from keeper.models import AuditedFile
from tests.client.live_archive import archive, cubes, token

__all__ = ["archive", "cubes", "token"]

pytestmark = pytest.mark.django_db(transaction=True)


def original(data_root: Path, oid: str) -> bytes:
    return (data_root / DataCube.objects.get(oid=oid).relative_path).read_bytes()


def test_files_come_whole_and_are_left_alone_the_second_time(archive, data_root, tmp_path):
    table = archive.search(release="public", ordering="date_beg")
    paths = archive.download(table, tmp_path, verify=True)
    assert [path.name for path in paths] == ["nb_6173_im.fits", "nb_8542_im.fits"]
    assert paths[0].read_bytes() == original(data_root, "a")
    before = [path.stat().st_mtime_ns for path in paths]
    assert archive.download(table, tmp_path) == paths
    assert [path.stat().st_mtime_ns for path in paths] == before


def test_a_download_goes_on_where_it_stopped(archive, data_root, tmp_path):
    (tmp_path / "nb_6173_im.fits.part").write_bytes(b"\1" * 5000)  # Not those of the file, to see that they stay.
    [path] = archive.download("a", tmp_path)
    content = original(data_root, "a")
    assert path.read_bytes() == b"\1" * 5000 + content[5000:]
    assert not list(tmp_path.glob("*.part"))


def test_a_part_that_is_too_long_is_begun_anew(archive, data_root, tmp_path):
    content = original(data_root, "a")
    (tmp_path / "nb_6173_im.fits.part").write_bytes(content + b"\1")
    [path] = archive.download("a", tmp_path)
    assert path.read_bytes() == content


def test_a_restricted_file_needs_a_token_and_the_others_come_all_the_same(archive, live_server, token, tmp_path):
    with pytest.raises(ArchiveError, match=r"closed_im\.fits: The file is public from 2999-12-31"):
        archive.download(archive.search(), tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"nb_6173_im.fits", "nb_8542_im.fits"}
    [path] = Archive(live_server.url, token).download("c", tmp_path / "new")
    assert path.stat().st_size == DataCube.objects.get(oid="c").size


def test_pictures_movies_and_whole_observations(archive, tmp_path):
    names = {path.suffix for path in archive.download("a", tmp_path, what=["pictures", "movies"])}
    assert names == {".jpg", ".webm"}
    assert len(archive.download("a", tmp_path, whole_observations=True)) >= 1
    with pytest.raises(ValueError, match="plots is not"):
        archive.download("a", tmp_path, what=["plots"])


def test_a_damaged_file_is_found(archive, tmp_path):
    [path] = archive.download("a", tmp_path)
    verify_sums(path)
    content = bytearray(path.read_bytes())
    with fits.open(path) as hdus:
        offset = hdus[0].fileinfo()["datLoc"]
    content[offset] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="DATASUM of HDU 0"):
        archive.download("a", tmp_path, verify=True)


def audited(oid: str, content: bytes) -> None:
    """Record the sum of a content as that of a cube's file."""
    cube = DataCube.objects.get(oid=oid)
    found = {"sha256": sha256(content).hexdigest(), "size": cube.size, "modified_ns": cube.modified_ns}
    AuditedFile.objects.create(cube=cube, result="whole", tried_at=timezone.now(), **found)


def test_a_file_is_compared_with_the_sum_that_the_archive_recorded(archive, data_root, tmp_path):
    audited("a", original(data_root, "a"))
    [path] = archive.download("a", tmp_path)
    assert path.read_bytes() == original(data_root, "a")


def test_a_file_that_is_not_the_recorded_one_is_removed(archive, data_root, tmp_path):
    audited("a", b"Before its disk began to rot.")
    with pytest.raises(ArchiveError, match="is not the one that the archive recorded: its SHA-256 differs"):
        archive.download("a", tmp_path)
    assert not list(tmp_path.glob("nb_6173*"))


def test_a_part_of_another_export_is_noticed(archive, data_root, tmp_path):
    audited("a", original(data_root, "a"))
    (tmp_path / "nb_6173_im.fits.part").write_bytes(b"\1" * 5000)
    with pytest.raises(ArchiveError, match="SHA-256 differs"):
        archive.download("a", tmp_path)
    [path] = archive.download("a", tmp_path)
    assert path.read_bytes() == original(data_root, "a")


def test_a_name_stays_in_the_folder():
    cube = {
        "access": {"grounds": "public", "release_date": None}, "download_url": "http://x/y", "size": 1,
        "filename": "../../.ssh/authorized keys\n", "companions": [], "images": [], "movie": None,
    }  # fmt: skip
    assert files_of(cube, ["file"]) == [File("http://x/y", "_.._.ssh_authorized_keys_", 1)]


def test_an_address_of_another_server_is_not_followed(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "solar_archive_client.downloads.files_of", lambda *_: [File("http://other.example/x", "x.fits", 1)]
    )
    with pytest.raises(ArchiveError, match="address of another server"):
        archive.download("a", tmp_path)


def test_a_cut_out_is_read_over_http(archive, data_root):
    with archive.open("a") as hdus:
        assert hdus[0].header["FILTER1"] == "6173"
        frame = hdus[0].section[0, 0, 1]
    with fits.open(data_root / DataCube.objects.get(oid="a").relative_path) as hdus:
        assert np.array_equal(frame, hdus[0].data[0, 0, 1])


def test_a_restricted_cube_is_opened_with_a_token_only(archive, live_server, token):
    with pytest.raises((NotAllowed, FileNotFoundError, OSError)):
        archive.open("c")
    with Archive(live_server.url, token).open("c") as hdus:
        assert hdus[0].header["NAXIS"] == 5
