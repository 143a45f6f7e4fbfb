"""With X_ACCEL_PREFIX the web server in front sends the bytes; who gets them is decided here."""

import pytest

from datacubes.links import download_path
from tests.support.archived_cubes import RESTRICTED


@pytest.fixture(autouse=True)
def prefix(settings):
    settings.X_ACCEL_PREFIX = "/protected/"


def test_the_web_server_is_told_which_file_to_send(archive_cube, anybody):
    cube = archive_cube(path="2019/a %2f b/cube Å?.fits")
    response = anybody.get(download_path(cube), HTTP_RANGE="bytes=0-1")
    assert response.status_code == 200
    assert response.content == b""
    assert response["X-Accel-Redirect"] == "/protected/2019/a%20%252f%20b/cube%20%C3%85%3F.fits"
    assert response["Content-Type"] == "application/fits"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''cube%20%C3%85%3F.fits"


def test_links_inside_the_folder_are_followed_before(archive_cube, anybody, data_root):
    cube = archive_cube(path="a/cube.fits")
    (data_root / "a" / "cube.fits").rename(data_root / "moved.fits")
    (data_root / "a" / "cube.fits").symlink_to(data_root / "moved.fits")
    assert anybody.get(download_path(cube))["X-Accel-Redirect"] == "/protected/moved.fits"


def test_a_link_out_of_the_folder_is_not_passed_on(archive_cube, anybody, data_root, tmp_path):
    cube = archive_cube()
    (tmp_path / "secret").write_text("secret")
    (data_root / cube.relative_path).unlink()
    (data_root / cube.relative_path).symlink_to(tmp_path / "secret")
    response = anybody.get(download_path(cube))
    assert response.status_code == 404
    assert "X-Accel-Redirect" not in response


def test_a_restricted_file_is_not_passed_on(archive_cube, anybody):
    response = anybody.get(download_path(archive_cube(RESTRICTED)))
    assert response.status_code == 403
    assert "X-Accel-Redirect" not in response
