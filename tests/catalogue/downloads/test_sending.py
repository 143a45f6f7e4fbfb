"""The file of a cube over HTTP: whole, in part, and only if it has changed."""

import os

import pytest
from django.utils.http import http_date

from datacubes.links import download_path
from datacubes.models import DataCube
from tests.support.archived_cubes import RESTRICTED


@pytest.fixture
def cube(archive_cube):
    return archive_cube()


@pytest.fixture
def other(content):
    """A file with the header of the cube's, so that it may be sent, and other data."""
    return content[:-2880] + bytes(byte ^ 0xFF for byte in content[-2880:])


@pytest.fixture
def path(cube):
    return download_path(cube)


@pytest.fixture
def content(cube, data_root):
    return (data_root / cube.relative_path).read_bytes()


def test_the_whole_file_is_sent_under_its_real_name(cube, path, content, anybody, data_root):
    response = anybody.get(path)
    assert response.status_code == 200
    assert response.getvalue() == content
    assert response["Content-Type"] == "application/fits"
    assert response["Content-Length"] == str(len(content))
    assert response["Content-Disposition"] == 'attachment; filename="cube.fits"'
    assert response["Accept-Ranges"] == "bytes"
    assert response["Last-Modified"] == http_date(int((data_root / cube.relative_path).stat().st_mtime))
    assert response["ETag"].startswith('"')


def test_a_name_beyond_ascii_or_with_quotes_is_kept(archive_cube, anybody):
    cube = archive_cube(path='a/cube "Å".fits')
    response = anybody.get(download_path(cube))
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''cube%20%22%C3%85%22.fits"


@pytest.mark.parametrize(
    "oid",
    [
        "2019-04-19T17:34:55.50395_6173_0-4,7",
        "a/b",
        "a//b/",
        "../../etc/passwd",
        "a/../b",
        "%2e%2e%2f",
        "100% + a&b=c?d#e;f",
        "Ångström \N{SNOWMAN}",
        "'; DROP TABLE datacubes_datacube; --",
        "<script>alert(1)</script>",
    ],
)
def test_any_oid_can_be_linked_to(archive_cube, anybody, oid):
    cube = archive_cube(oid=oid)
    assert anybody.get(download_path(cube)).status_code == 200


def test_head_answers_everything_except_the_bytes(path, content, anybody):
    sent, told = anybody.get(path), anybody.head(path)
    assert told.status_code == 200
    assert told.content == b""
    names = ("Content-Length", "Content-Type", "Content-Disposition", "ETag", "Last-Modified", "Accept-Ranges")
    assert [told[name] for name in names] == [sent[name] for name in names]
    assert anybody.head(path, HTTP_RANGE="bytes=0-9").status_code == 200


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-2979", 100, 2980),
        ("bytes=2880-", 2880, None),
        ("bytes=-10", -10, None),
        ("BYTES= 5-9", 5, 10),
        ("bytes=0-9,", 0, 10),
        ("bytes=7-" + "9" * 5000, 7, None),
        ("bytes=-" + "9" * 5000, 0, None),
    ],
)
def test_a_range_is_sent(path, content, anybody, asked, start, stop):
    response = anybody.get(path, HTTP_RANGE=asked)
    expected = content[start:stop]
    begin = len(content) + start if start < 0 else start
    assert response.status_code == 206
    assert response.getvalue() == expected
    assert response["Content-Length"] == str(len(expected))
    assert response["Content-Range"] == f"bytes {begin}-{begin + len(expected) - 1}/{len(content)}"
    assert response["Content-Type"] == "application/fits"


@pytest.mark.parametrize("asked", ["bytes=99999999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused_with_the_size(path, content, anybody, asked):
    response = anybody.get(path, HTTP_RANGE=asked)
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(content)}"
    assert response.json()["detail"] == f"The file has {len(content)} bytes; the range asked for is beyond its end."


@pytest.mark.parametrize("asked", ["bytes=0-79, 2880-2889 ,-5", "bytes=0-,0-,0-", "bytes=0-9,99999999999-"])
def test_several_ranges_are_answered_with_the_whole(path, content, anybody, asked):
    response = anybody.get(path, HTTP_RANGE=asked)
    assert (response.status_code, response.getvalue()) == (200, content)
    assert "Content-Range" not in response


@pytest.mark.parametrize(
    "asked",
    ["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=9-1", "bytes=1-2-3", "frames=0-1", "bytes=0-1,x", "=0-1"],
)
def test_an_invalid_range_is_ignored(path, content, anybody, asked):
    response = anybody.get(path, HTTP_RANGE=asked)
    assert (response.status_code, response["Content-Length"]) == (200, str(len(content)))


def test_a_download_is_resumed_if_the_file_is_the_same(path, content, anybody):
    etag = anybody.get(path)["ETag"]
    rest = anybody.get(path, HTTP_RANGE="bytes=1000-", HTTP_IF_RANGE=etag)
    assert rest.status_code == 206
    assert content[:1000] + rest.getvalue() == content


def test_a_download_begins_again_if_the_file_is_another(cube, path, other, anybody, data_root):
    before = anybody.get(path)
    file = data_root / cube.relative_path
    replacement = file.with_suffix(".new")
    replacement.write_bytes(other)
    os.utime(replacement, (1, 1))
    replacement.rename(file)
    for condition in (before["ETag"], before["Last-Modified"], 'W/"x"', "never"):
        whole = anybody.get(path, HTTP_RANGE="bytes=1000-", HTTP_IF_RANGE=condition)
        assert whole.status_code == 200
        assert whole.getvalue() == other


def test_a_download_is_not_resumed_by_a_date_which_two_files_can_have(cube, path, other, anybody, data_root):
    date = anybody.get(path)["Last-Modified"]
    file = data_root / cube.relative_path
    second = int(file.stat().st_mtime)
    file.write_bytes(other)
    os.utime(file, (second, second + 0.5))
    whole = anybody.get(path, HTTP_RANGE="bytes=1000-", HTTP_IF_RANGE=date)
    assert whole["Last-Modified"] == date
    assert (whole.status_code, whole.getvalue()) == (200, other)


def test_a_file_put_in_the_place_of_another_has_another_etag_at_the_same_time_and_size(
    cube, path, content, anybody, data_root
):
    before = anybody.get(path)["ETag"]
    file = data_root / cube.relative_path
    times = file.stat()
    replacement = file.with_suffix(".new")
    replacement.write_bytes(content[::-1])
    os.utime(replacement, ns=(times.st_atime_ns, times.st_mtime_ns))
    replacement.rename(file)
    assert anybody.get(path)["ETag"] != before


def test_a_file_that_the_client_already_has_is_not_sent_again(path, anybody):
    whole = anybody.get(path)
    for method in (anybody.get, anybody.head):
        for condition in (
            {"HTTP_IF_NONE_MATCH": whole["ETag"]},
            {"HTTP_IF_NONE_MATCH": "*"},
            {"HTTP_IF_MODIFIED_SINCE": whole["Last-Modified"]},
        ):
            response = method(path, **condition)
            assert (response.status_code, response.content) == (304, b"")
            assert response["ETag"] == whole["ETag"]


def test_a_file_that_the_client_does_not_have_is_sent(path, anybody):
    assert anybody.get(path, HTTP_IF_NONE_MATCH='"other"').status_code == 200
    assert anybody.get(path, HTTP_IF_MODIFIED_SINCE=http_date(1)).status_code == 200
    assert anybody.get(path, HTTP_IF_MODIFIED_SINCE="soon").status_code == 200


def test_a_failed_condition_is_answered_as_such(path, anybody):
    assert anybody.get(path, HTTP_IF_MATCH='"other"').status_code == 412
    assert anybody.get(path, HTTP_IF_UNMODIFIED_SINCE=http_date(1)).status_code == 412


def test_a_file_is_closed_after_any_answer(path, anybody):
    def descriptors():
        return len(os.listdir("/proc/self/fd"))

    etag = anybody.get(path)["ETag"]
    before = descriptors()
    for _ in range(3):
        for headers in (
            {},
            {"HTTP_RANGE": "bytes=0-1"},
            {"HTTP_RANGE": "bytes=0-1,3-4"},
            {"HTTP_RANGE": "bytes=99999999999-"},
            {"HTTP_IF_NONE_MATCH": etag},
            {"HTTP_IF_MATCH": '"other"'},
        ):
            response = anybody.get(path, **headers)
            if response.streaming:
                response.getvalue()
            anybody.head(path, **headers)
    assert descriptors() == before


def test_a_file_that_becomes_shorter_ends_the_download(cube, path, content, anybody, data_root):
    for headers in ({}, {"HTTP_RANGE": "bytes=20-"}):
        response = anybody.get(path, **headers)
        os.truncate(data_root / cube.relative_path, 25)
        with pytest.raises(Exception, match="became shorter"):
            response.getvalue()
        (data_root / cube.relative_path).write_bytes(content)


def test_an_empty_file_is_sent_as_such(cube, path, anybody, data_root):
    os.truncate(data_root / cube.relative_path, 0)
    modified_ns = (data_root / cube.relative_path).stat().st_mtime_ns
    DataCube.objects.update(size=0, modified_ns=modified_ns)
    assert anybody.get(path).getvalue() == b""
    assert anybody.get(path, HTTP_RANGE="bytes=0-").status_code == 416


def test_a_restricted_file_is_not_stored_in_shared_caches(archive_cube, person, client_of):
    cube = archive_cube(RESTRICTED, owner_email_addresses=[person.email])
    response = client_of(person).get(download_path(cube))
    assert response["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("prefix", ["", "/science-data"])
def test_caches_distinguish_between_people(path, anybody, settings, prefix):
    settings.X_ACCEL_PREFIX = prefix
    assert {"Authorization", "Cookie"} <= set(anybody.get(path)["Vary"].split(", "))
