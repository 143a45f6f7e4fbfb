"""Previews are sent with a long lifetime, in parts to players, and nothing else is sent."""

import pytest

from tests.support.broken_storage import no_answer_about


@pytest.fixture
def movie(settings):
    path = settings.MEDIA_ROOT / "2019" / "a.webm"
    path.parent.mkdir()
    path.write_bytes(bytes(range(100)))
    return path


def body(response):
    return b"".join(response.streaming_content)


def test_browsers_keep_a_preview_for_long(movie, client):
    response = client.get("/media/2019/a.webm")
    assert body(response) == movie.read_bytes()
    assert response.headers["Content-Type"] == "video/webm"
    assert response.headers["Content-Length"] == "100"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_player_gets_the_part_that_it_requests(movie, client):
    response = client.get("/media/2019/a.webm", headers={"Range": "bytes=10-19"})
    assert response.status_code == 206
    assert response.headers["Content-Range"] == "bytes 10-19/100"
    assert body(response) == bytes(range(10, 20))


def test_several_parts_are_sent_as_the_whole(movie, client):
    response = client.get("/media/2019/a.webm", headers={"Range": "bytes=0-1,5-6"})
    assert (response.status_code, len(body(response))) == (200, 100)


def test_a_part_beyond_the_end_is_refused(movie, client):
    response = client.get("/media/2019/a.webm", headers={"Range": "bytes=100-"})
    assert (response.status_code, response.headers["Content-Range"]) == (416, "bytes */100")


def test_a_preview_that_the_browser_has_is_not_sent_again(movie, client):
    whole = client.get("/media/2019/a.webm")
    body(whole)
    response = client.get("/media/2019/a.webm", headers={"If-None-Match": whole.headers["ETag"]})
    assert (response.status_code, response.content) == (304, b"")


def test_head_sends_no_body(movie, client):
    response = client.head("/media/2019/a.webm")
    assert (response.headers["Content-Length"], response.content) == ("100", b"")


@pytest.mark.parametrize(
    "path",
    ["2019/none.jpg", "2019/a.webm.part", "2019", "page.html", "../media/2019/a.webm", "%2e%2e/secret.jpg", "a%00.jpg"],
)
def test_a_file_that_is_not_a_preview_is_not_found(movie, client, settings, path):
    (settings.MEDIA_ROOT / "2019" / "a.webm.part").write_bytes(b"x")
    (settings.MEDIA_ROOT / "page.html").write_text("<script>")
    (settings.MEDIA_ROOT.parent / "secret.jpg").write_bytes(b"x")
    assert client.get(f"/media/{path}").status_code == 404


def test_a_link_out_of_the_folder_is_not_followed(client, settings):
    (settings.MEDIA_ROOT.parent / "secret.jpg").write_bytes(b"x")
    (settings.MEDIA_ROOT / "inside.jpg").symlink_to(settings.MEDIA_ROOT.parent / "secret.jpg")
    assert client.get("/media/inside.jpg").status_code == 404


def test_a_preview_that_the_storage_cannot_look_up_is_answered_with_retry_after(movie, client):
    with no_answer_about("a.webm"):
        response = client.get("/media/2019/a.webm")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert "Cache-Control" not in response.headers


def test_nothing_can_be_written(movie, client):
    assert client.put("/media/2019/a.webm").status_code == 405
