"""The callback of an order: told once of its end, signed with the token that posted it."""

from base64 import b64encode
from hashlib import sha256

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from accounts.models import APIToken
from accounts.tokens import make_token
from keeper.webhooks.models import Delivery
from tests.support.webhook_receiver import answering
from workorders import queue
from workorders.models import WorkOrder
from workorders.worker import carry_out_next

pytestmark = pytest.mark.django_db
URL, BATCH = "/api/v1/ingest/", "/api/v1/ingest/batch/"


@pytest.fixture
def token(pipeline: User) -> str:
    return make_token(pipeline, "callbacks")


@pytest.fixture
def poster(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


@pytest.fixture
def post(poster, cube_path, target, monkeypatch):
    """Return a function that posts the cube with a callback, and returns the order."""
    for room in ("views", "batches"):
        monkeypatch.setattr(f"workorders.{room}.send_wake_up", lambda task: None)

    def post(path: str = "/hook", **fields: object) -> dict:
        callback = target.url.replace("/hook", path)
        answer = poster.post(URL, {"relative_path": cube_path, "callback_url": callback} | fields, format="json")
        assert answer.status_code == 202, answer.content
        return answer.json()

    return post


def secret(token: str) -> str:
    """Return the secret as the documentation tells pipelines to make it."""
    return b64encode(sha256(token.encode()).digest()).decode()


def test_the_end_of_an_order_is_told(post, target, token, send_all, cube_path, nobody_writes, settings):
    settings.ARCHIVE_BASE_URL = "https://archive.example"
    order = post()
    assert carry_out_next()
    assert send_all() == 1
    content = target.messages[0].verified(secret(token))
    assert content["type"] == "order.completed"
    assert content["data"] == {
        "id": order["id"],
        "url": f"https://archive.example/api/v1/work-orders/{order['id']}/",
        "relative_path": cube_path,
        "status": "completed",
        "oid": WorkOrder.objects.get().oid,
        "warnings": [],
        "error": "",
    }


def test_a_failure_is_told_with_its_reason(post, target, token, send_all):
    post()
    queue.fail(queue.claim("w"), "INSTRUME is wrong.")
    assert send_all() == 1
    content = target.messages[0].verified(secret(token))
    assert (content["type"], content["data"]["error"]) == ("order.failed", "INSTRUME is wrong.")


def test_an_order_that_staff_cancel_is_told(post, target, send_all):
    order = post()
    queue.cancel([order["id"]])
    send_all()
    assert [content["type"] for content in target.contents()] == ["order.cancelled"]


def test_an_order_whose_workers_die_is_told(post, target, send_all, settings, expire_lease):
    settings.ORDER_MAX_ATTEMPTS = 1
    post()
    expire_lease(queue.claim("w"))
    assert queue.claim("w") is None
    send_all()
    assert [content["type"] for content in target.contents()] == ["order.failed"]


def test_an_attempt_that_is_repeated_is_not_told(post, target, send_all, settings):
    settings.ORDER_RETRY_SECONDS = 0
    post()
    queue.hand_back(queue.claim("w"), "The storage is away.")
    assert send_all() == 0
    queue.fail(queue.claim("w"), "It is broken.")
    assert send_all() == 1


def test_only_the_end_of_the_order_that_names_it_is_told(post, poster, target, send_all, cube_path):
    """A later request without it, of staff or of a pipeline, has no callback."""
    order = post()
    queue.fail(queue.claim("w"), "broken")
    for again in (
        lambda: poster.post(URL, {"relative_path": cube_path}, format="json"),
        lambda: queue.requeue([order["relative_path"]]),
    ):
        again()
        queue.fail(queue.claim("w"), "broken")
    assert send_all() == 1


def test_a_request_that_waits_keeps_its_callback_unless_a_later_one_names_another(
    post, poster, target, send_all, cube_path
):
    post("/first")
    poster.post(URL, {"relative_path": cube_path}, format="json")
    queue.fail(queue.claim("w"), "broken")
    post("/second")
    post("/third")
    queue.fail(queue.claim("w"), "broken")
    send_all()
    assert [message.path for message in target.messages] == ["/first", "/third"]


def test_each_request_is_told_if_another_came_during_its_run(post, target, send_all, nobody_writes):
    post("/first")
    claimed = queue.claim("w")
    post("/second")
    queue.fail(claimed, "broken")
    assert send_all() == 1
    queue.fail(queue.claim("w"), "broken")
    send_all()
    assert [message.path for message in target.messages] == ["/first", "/second"]


def test_the_same_callback_posted_during_a_run_is_told_once_in_the_end(post, target, send_all):
    post()
    claimed = queue.claim("w")
    post()
    queue.fail(claimed, "broken")
    assert send_all() == 0
    queue.fail(queue.claim("w"), "broken")
    assert send_all() == 1


def test_orders_of_a_batch_have_callbacks(poster, target, send_all, cube_path, post, token):
    orders = [
        {"relative_path": cube_path, "callback_url": target.url},
        {"relative_path": cube_path, "callback_url": "file:///etc/passwd"},
    ]
    results = poster.post(BATCH, {"orders": orders}, format="json").json()["results"]
    assert [result["status"] for result in results] == [202, 400]
    assert list(results[1]["refusal"]) == ["callback_url"]
    queue.fail(queue.claim("w"), "broken")
    assert send_all() == 1
    target.messages[0].verified(secret(token))


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "https://127.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://u:p@example.org/", "x", "", 7],
)
def test_a_url_that_nothing_may_be_sent_to_is_refused(poster, cube_path, url):
    answer = poster.post(URL, {"relative_path": cube_path, "callback_url": url}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()) == ["callback_url"]
    assert not WorkOrder.objects.exists()


def test_a_callback_needs_a_token_that_signs_it(pipeline, cube_path):
    browser = APIClient()
    browser.force_login(pipeline)
    body = {"relative_path": cube_path, "callback_url": "https://example.org/"}
    answer = browser.post(URL, body, format="json")
    assert answer.status_code == 400
    assert "API token" in answer.json()["callback_url"][0]


@pytest.mark.parametrize("is_queued", [False, True])
def test_a_token_that_was_revoked_signs_nothing_and_fails_no_order(post, target, send_all, is_queued):
    post()
    claimed = queue.claim("w")
    if not is_queued:
        APIToken.objects.all().delete()
    queue.fail(claimed, "broken")
    APIToken.objects.all().delete()
    assert send_all() == 1
    assert target.messages == []
    assert "was revoked" in Delivery.objects.get().error
    assert WorkOrder.objects.get().status == "failed"


def test_a_receiver_that_wants_no_more_is_left_alone(post, target, send_all):
    target.answer = answering(410)
    post()
    queue.fail(queue.claim("w"), "broken")
    send_all()
    assert Delivery.objects.get().due_at is None
