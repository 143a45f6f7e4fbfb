"""POST /api/v1/ingest/: what works, and each refusal."""

import errno
import json
import os
import socket

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.tokens import make_token
from common.http.body_limit import MAX_BODY_BYTES
from tests.support.broken_storage import no_answer_about
from workorders.models import WorkOrder

URL = "/api/v1/ingest/"


@pytest.fixture(autouse=True)
def wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the wake-ups instead of sending them to a broker, which has tests of its own."""
    sent: list[str] = []
    monkeypatch.setattr("workorders.views.send_wake_up", lambda task: sent.append(task.name))
    return sent


def test_it_works(api, cube_path):
    answer = api.post(URL, {"relative_path": cube_path}, format="json")
    assert answer.status_code == 202
    order = WorkOrder.objects.get()
    url = f"http://testserver/api/v1/work-orders/{order.pk}/"
    assert answer["Location"] == url
    assert answer["Retry-After"] == "1"
    body = answer.json()
    assert body.pop("created_at") == body.pop("queued_at")
    assert body == {
        "id": order.pk,
        "url": url,
        "relative_path": cube_path,
        "status": "queued",
        "force": False,
        "oid": "",
        "started_at": None,
        "finished_at": None,
        "attempts": 0,
        "checksum": "",
        "checksum_status": "",
        "steps": [],
        "warnings": [],
        "error": "",
    }


def test_all_fields_are_taken(api, cube_path, data_root):
    (data_root / "a.png").touch()
    (data_root / "a.mov").touch()
    fields = {
        "oid": "2019-04-19T17:34:55.50395_6173_0-4",
        "owner_email_addresses": ["a@su.se"],
        "swedish_data": True,
        "image_preview": "a.png",
        "video_preview": "a.mov",
        "force": True,
    }
    answer = api.post(URL, {"relative_path": cube_path} | fields, format="json")
    assert answer.status_code == 202
    assert answer.json()["force"] is True
    assert WorkOrder.objects.get().request == fields


def test_null_is_as_good_as_left_out(api, cube_path):
    nothing = dict.fromkeys(["oid", "owner_email_addresses", "swedish_data", "image_preview", "video_preview"])
    assert api.post(URL, {"relative_path": cube_path} | nothing, format="json").status_code == 202
    assert WorkOrder.objects.get().request == {}


@pytest.mark.django_db(transaction=True)
def test_workers_are_woken(api, cube_path, wake_ups):
    api.post(URL, {"relative_path": cube_path}, format="json")
    assert wake_ups == ["workorders.tasks.process_next_order"]


@pytest.mark.parametrize("again", [False, True])
def test_it_takes_at_most_five_statements(api, cube_path, again):
    if again:
        api.post(URL, {"relative_path": cube_path}, format="json")
    with CaptureQueriesContext(connection) as captured:
        assert api.post(URL, {"relative_path": cube_path, "force": True}, format="json").status_code == 202
    marks = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    assert len([query for query in captured if not query["sql"].startswith(marks)]) <= 5


def refused_paths(root) -> dict[str, str]:
    (root / "folder.fits").mkdir()
    (root / "notes.txt").touch()
    (root / "packed.FITS.gz").touch()
    os.mkfifo(root / "pipe.fits")
    (root / "device.fits").symlink_to("/dev/zero")
    (root / "outside.fits").symlink_to("/etc/hostname")
    (root / "loop.fits").symlink_to("loop.fits")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(root)  # The names of sockets are limited to some hundred bytes.
        listener.bind("socket.fits")
        os.chdir(here)
    return {
        "no such file": "none.fits",
        "no such folder": "none/none.fits",
        "a file as a folder": "notes.txt/none.fits",
        "not named .fits": "notes.txt",
        "compressed as a whole": "packed.FITS.gz",
        "a folder": "folder.fits",
        "a FIFO": "pipe.fits",
        "a device": "device.fits",
        "a socket": "socket.fits",
        "a link that leaves the root": "outside.fits",
        "a link to itself": "loop.fits",
        "..": "../data/x.fits",
        ".. in the middle": "folder.fits/../x.fits",
        "absolute": "/etc/x.fits",
        "NUL": "a\0.fits",
        "a new line": "a\nb.fits",
        "a lone surrogate": "\ud800.fits",
        "too long a name": "a" * 300 + ".fits",
        "too long a path": "a/" * 3000 + "a.fits",
        "empty": "",
        "blank": " .fits",
        "not in its plain form": "./folder.fits//x.fits",
        "backslashes": "..\\x.fits",
    }


def test_each_path_that_is_no_cube_below_the_root_is_refused_under_its_field(api, data_root):
    for what, path in refused_paths(data_root).items():
        body = json.dumps({"relative_path": path})  # escapes what is not ASCII, lone surrogates too
        answer = api.post(URL, body, content_type="application/json")
        assert answer.status_code == 400, what
        assert list(answer.json()) == ["relative_path"], what
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize("field", ["image_preview", "video_preview"])
def test_a_preview_outside_the_root_is_refused(api, cube_path, field):
    answer = api.post(URL, {"relative_path": cube_path, field: "../../etc/passwd"}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE])
@pytest.mark.parametrize("field", ["relative_path", "image_preview", "video_preview"])
def test_a_path_that_the_storage_does_not_tell_of_is_to_be_posted_again(api, cube_path, data_root, field, number):
    (data_root / "a.png").touch()
    body = {"relative_path": cube_path} | {field: cube_path if field == "relative_path" else "a.png"}
    with no_answer_about(body[field], number):
        answer = api.post(URL, body, format="json")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert answer.json() == {"detail": f"“{body[field]}” cannot be looked up: {os.strerror(number)}."}
    assert not WorkOrder.objects.exists()
    assert api.post(URL, body, format="json").status_code == 202


def test_a_post_while_the_storage_is_not_mounted_is_to_be_sent_again(api, cube_path, data_root):
    data_root.rename(data_root.parent / "away")
    answer = api.post(URL, {"relative_path": cube_path}, format="json")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "science data folder" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("relative_path", 5),
        ("relative_path", None),
        ("relative_path", ["a.fits"]),
        ("oid", 5),
        ("oid", "x" * 256),
        ("oid", "a\nb"),
        ("owner_email_addresses", "a@su.se"),
        ("owner_email_addresses", ["nobody"]),
        ("owner_email_addresses", ["a@su.se", 5]),
        ("swedish_data", "yes"),
        ("swedish_data", 1),
        ("force", None),
        ("force", "true"),
        ("image_preview", True),
        ("relative_paths", "a.fits"),
    ],
)
def test_wrong_types_and_unknown_fields_are_refused_by_name(api, cube_path, field, value):
    answer = api.post(URL, {"relative_path": cube_path} | {field: value}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize(
    ("oid", "complaint"),
    [
        (".", "which a URL reads as a folder"),
        ("..", "which a URL reads as a folder"),
        ("a/header", "ends in “/header”"),
        ("a/svo", "ends in “/svo”"),
        ("a\u202eb", "“a?b”, which holds control characters"),
    ],
)
def test_an_oid_that_no_url_can_have_is_refused_in_a_sentence(api, cube_path, oid, complaint):
    answer = api.post(URL, {"relative_path": cube_path, "oid": oid}, format="json")
    assert answer.status_code == 400
    [sentence] = answer.json()["oid"]
    assert sentence.startswith("The OID ")
    assert complaint in sentence
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", "5", '"text"', "null", "[" * 100_000, b"\xff\xfe"])
def test_what_is_no_json_object_is_refused(api, body):
    answer = api.post(URL, body, content_type="application/json")
    assert answer.status_code == 400


def test_another_content_type_is_refused(api, cube_path):
    assert api.post(URL, {"relative_path": cube_path}, format="multipart").status_code == 415


def test_a_body_that_is_too_large_is_refused(api):
    assert api.post(URL, " " * (MAX_BODY_BYTES + 1), content_type="application/json").status_code == 413


def test_without_a_token_nobody_posts(db, cube_path):
    answer = APIClient().post(URL, {"relative_path": cube_path}, format="json")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"


def test_a_wrong_token_is_refused(db, cube_path):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Token 0123456789")
    assert client.post(URL, {"relative_path": cube_path}, format="json").status_code == 401


def test_without_the_permission_nobody_posts(db, cube_path):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(User.objects.create_user('x'), 'test')}")
    assert client.post(URL, {"relative_path": cube_path}, format="json").status_code == 403


def test_an_account_that_is_not_active_is_refused(api, pipeline, cube_path):
    User.objects.filter(pk=pipeline.pk).update(is_active=False)
    assert api.post(URL, {"relative_path": cube_path}, format="json").status_code == 401


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_it_only_allows_post(api, method):
    assert getattr(api, method)(URL).status_code in (403, 405)


def test_a_post_without_the_last_slash_is_taken(api, cube_path):
    assert api.post(URL.removesuffix("/"), {"relative_path": cube_path}, format="json").status_code == 202


def test_a_form_is_refused_with_how_to_post(api, cube_path):
    answer = api.post(URL, f"relative_path={cube_path}", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 415
    assert 'Send the fields as JSON: the header "Content-Type: application/json"' in answer.json()["detail"]
