"""Events through real processes: a cube is posted, and the receiver, the list of events and the feed say it."""

from base64 import b64encode
from collections import Counter
from hashlib import sha256

import feedparser
import pytest
import requests

from devtools.sample_cubes import many_cubes
from devtools.services import wait_until
from tests.support.webhook_receiver import answering, receiver

pytestmark = pytest.mark.system

SECRET = f"whsec_{b64encode(b'only for tests, of 32 characters').decode()}"


def test_a_posted_cube_is_told_though_the_sender_is_killed_in_the_middle(make_archive):
    archive = make_archive(WEBHOOKS_TO_PRIVATE_ADDRESSES="true")
    killed = []

    def kill_the_first_sender(handler) -> None:
        """Accept the message; who sent it is killed before the acceptance arrives."""
        if not killed:
            killed.append("worker-0")
            archive.stack.kill("worker-0")
            archive.stack.start_worker("worker-1")
        answering(204)(handler)

    with receiver() as target:
        target.answer = kill_the_first_sender
        archive.query(
            "INSERT INTO webhooks_webhook (name, url, kinds, is_on, secret, made_at) "
            "VALUES ('mirror', %s, '[\"cube.ingested\", \"order.failed\"]', true, %s, now())",
            [target.url, SECRET],
        )
        archive.start(concurrency=1)
        [cube] = many_cubes(archive.data, 1)
        broken = archive.data / "broken.fits"
        broken.write_bytes(b"no FITS file")
        callback = target.url.replace("/hook", "/callback")
        order = archive.post(cube, callback_url=callback)
        failed = archive.post(broken, callback_url=callback)
        ended = {"order.completed", "order.failed", "cube.ingested"}

        def all_is_told() -> bool:
            types = Counter((message.path, content["type"]) for message, content in received())
            told = {("/callback", "order.completed"), ("/callback", "order.failed")}
            return told | {("/hook", "cube.ingested"), ("/hook", "order.failed")} <= types.keys() and (
                len(target.messages) >= 5
            )

        def received():
            return zip(target.messages, target.contents(), strict=False)

        wait_until(all_is_told, f"the receiver was told all; see {archive.stack.logs}", 60)

        # Killed between the acceptance and its note, the sender has left one message to another, which repeats it.
        repeats = [number for number in Counter(message.id for message in target.messages).values() if number > 1]
        assert repeats == [2]
        token = archive.session.headers["Authorization"].split()[1]
        of_token = b64encode(sha256(token.encode()).digest()).decode()
        secrets = {"/hook": SECRET, "/callback": of_token}
        told = {
            (message.path, content["type"]): message.verified(secrets[message.path])["data"]
            for message, content in received()
        }
        assert {kind for _, kind in told} == ended

        order, failed = archive.get(order), archive.get(failed)
        assert (order["status"], failed["status"]) == ("completed", "failed")
        completed = told["/callback", "order.completed"]
        assert (completed["id"], completed["oid"], completed["error"]) == (order["id"], order["oid"], "")
        assert told["/callback", "order.failed"]["error"] == failed["error"]
        assert told["/hook", "order.failed"]["message"] == failed["error"]
        assert told["/hook", "cube.ingested"]["oid"] == order["oid"]

        events = archive.session.get(f"{archive.stack.base_url}/api/v1/events/", timeout=30).json()
        assert {(one["id"], one["kind"]) for one in events["results"]} == {
            (told["/hook", kind]["id"], kind) for kind in ("cube.ingested", "order.failed")
        }
        public = requests.get(f"{archive.stack.base_url}/api/v1/events/", timeout=30).json()
        assert [(one["kind"], one["oid"]) for one in public["results"]] == [("cube.ingested", order["oid"])]
        feed = feedparser.parse(requests.get(f"{archive.stack.base_url}/feed/", timeout=30).content)
        assert [order["oid"] in entry.summary for entry in feed.entries] == [True]

        waiting = "SELECT count(*) FROM webhooks_delivery WHERE due_at IS NOT NULL"
        wait_until(lambda: archive.query(waiting) == [(0,)], "no delivery waits", 30)
        count = len(target.messages)
    assert count == 5
