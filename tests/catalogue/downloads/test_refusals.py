"""What is answered when a file is not sent: a reason for people, in the form that they ask for."""

import os
import resource

import pytest
from django.contrib.auth.models import User

from datacubes.links import download_path
from datacubes.models import AccessRules, DataCube
from tests.support.archived_cubes import RESTRICTED
from tests.support.broken_storage import no_answer_about


@pytest.fixture
def cube(archive_cube):
    return archive_cube()


def test_a_restricted_file_is_refused_with_the_day_the_reason_and_whom_to_ask(archive_cube, anybody, settings):
    settings.ARCHIVE_CONTACT_EMAIL = "archive@observatory.example"
    response = anybody.get(download_path(archive_cube(RESTRICTED)))
    assert response.status_code == 403
    assert response.json() == {
        "detail": (
            "This file becomes public on 2999-12-31. "
            "Until then, only people who have been given access can download it. "
            "If you have been given access, log in. Ask archive@observatory.example for access."
        ),
        "release_date": "2999-12-31",
        "release_comment": "Embargo of <b>A. Ake</b> & Co.",
        "contact": "archive@observatory.example",
    }


def test_a_file_without_a_release_date_is_refused(archive_cube, anybody, person, client_of):
    cube = archive_cube(RESTRICTED)
    AccessRules.objects.update(release_date=None)
    refused = anybody.get(download_path(cube)).json()
    assert (refused["release_date"], refused["contact"]) == (None, None)
    assert refused["detail"].startswith("This file is not public, and no release date is known. If you have been given")
    assert "log in" not in client_of(person).get(download_path(cube)).json()["detail"]


def test_a_browser_gets_a_page_in_which_text_from_the_header_stays_text(archive_cube, anybody, settings):
    settings.ARCHIVE_CONTACT_EMAIL = "archive@observatory.example"
    page = anybody.get(download_path(archive_cube(RESTRICTED)), HTTP_ACCEPT="text/html,application/xml;q=0.9,*/*;q=0.8")
    assert page.status_code == 403
    assert page["Content-Type"] == "text/html; charset=utf-8"
    text = page.content.decode()
    assert "2999-12-31" in text
    assert "Embargo of &lt;b&gt;A. Ake&lt;/b&gt; &amp; Co." in text
    assert 'href="mailto:archive@observatory.example"' in text


def test_a_program_that_accepts_only_fits_gets_the_file_and_refusals_as_json(archive_cube, anybody):
    cube = archive_cube()
    assert anybody.get(download_path(cube), HTTP_ACCEPT="application/fits").status_code == 200
    AccessRules.objects.update(release_date=None)
    refused = anybody.get(download_path(cube), HTTP_ACCEPT="application/fits")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/json")


def test_a_restricted_file_reveals_nothing_of_its_bytes(archive_cube, anybody):
    response = anybody.head(download_path(archive_cube(RESTRICTED)))
    assert response.status_code == 403
    assert not {"ETag", "Last-Modified", "Accept-Ranges"} & set(response.headers)


def test_a_cube_that_is_not_there_is_not_found(cube, anybody):
    response = anybody.get("/data/2000-01-01T00:00:00_6173_0/cube.fits")
    assert response.status_code == 404
    assert response.json() == {"detail": "The archive has no cube with this OID and a file of this name."}


def test_another_filename_of_a_cube_is_not_found(cube, anybody):
    assert anybody.get(download_path(cube) + "x").status_code == 404


def test_a_missing_file_is_not_found_and_the_answer_says_so(cube, anybody, data_root):
    (data_root / cube.relative_path).unlink()
    page = anybody.get(download_path(cube), HTTP_ACCEPT="text/html")
    assert page.status_code == 404
    assert "The file of this cube is missing from the archive at the moment." in page.content.decode()


def test_a_file_that_another_cube_overwrote_is_gone_and_the_answer_says_so(archive_cube, anybody):
    before = archive_cube()
    archive_cube(oid="another")
    response = anybody.get(download_path(before))
    assert response.status_code == 410
    assert "replaced by that of another cube" in response.json()["detail"]


def test_a_file_that_was_replaced_by_a_link_out_of_the_folder_is_not_sent(cube, anybody, data_root, tmp_path):
    secret = tmp_path / "secret.fits"
    secret.write_text("secret")
    (data_root / cube.relative_path).unlink()
    (data_root / cube.relative_path).symlink_to(secret)
    assert anybody.get(download_path(cube)).status_code == 404


def test_a_path_that_leaves_the_folder_is_not_sent(cube, anybody, tmp_path):
    (tmp_path / "secret.fits").write_text("secret")
    DataCube.objects.update(relative_path="../secret.fits")
    assert anybody.get(download_path(cube)).status_code == 404


def test_a_file_that_cannot_be_opened_now_is_answered_with_retry_after(cube, anybody):
    assert anybody.get(download_path(cube)).getvalue()  # Opens what else is opened once.
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.open("/dev/null", os.O_RDONLY)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, limits[1]))
    try:
        response = anybody.get(download_path(cube))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert response.json() == {"detail": "The file cannot be read at the moment; try again later."}


@pytest.mark.parametrize("prefix", ["", "/protected/"])
def test_a_file_that_the_storage_cannot_look_up_is_answered_with_retry_after(cube, anybody, settings, prefix):
    settings.X_ACCEL_PREFIX = prefix
    with no_answer_about(cube.filename):
        response = anybody.get(download_path(cube))
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "X-Accel-Redirect" not in response


@pytest.mark.parametrize(
    "path",
    [
        "/data/../../../../etc/passwd",
        "/data/..%2f..%2f..%2fetc/passwd",
        "/data/%2e%2e/%2e%2e/etc/passwd",
        "/data/%252e%252e/passwd",
        "/data//etc/passwd",
        "/data/x%00y/cube.fits",
        "/data/x%0ay/cube.fits",
        "/data/%ff%fe/cube.fits",
        "/data/%ed%a0%80/cube.fits",
        "/data/\N{SNOWMAN}/\N{SNOWMAN}.fits",
        "/data/" + "x" * 3000 + "/cube.fits",
        "/data/x/" + "y" * 3000,
        "/data/x/a%00b",
        "/data/x/..",
        "/data/x/",
        "/data/'; DROP TABLE datacubes_datacube; --/cube.fits",
    ],
)
def test_a_path_trick_finds_nothing(cube, anybody, path):
    assert anybody.get(path).status_code == 404
    assert DataCube.objects.exists()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_file_cannot_be_changed(cube, client_of, method):
    root = client_of(User.objects.create_superuser("root"))
    assert getattr(root, method)(download_path(cube)).status_code == 405
