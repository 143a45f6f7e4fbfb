"""The programs of docs/events.md verify what the archive sends."""

import re
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from accounts.tokens import make_token
from config.environment import PROJECT_ROOT
from keeper.events.kinds import Kind
from keeper.events.numbering import number_events
from keeper.events.recording import record
from keeper.webhooks.models import Delivery
from workorders import queue

pytestmark = pytest.mark.django_db

PAGE = (Path(PROJECT_ROOT) / "docs" / "events.md").read_text()
RECEIVER, CALLBACK = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_receiver_accepts_what_is_signed_and_drops_repeats(webhook, send_all, capsys):
    names: dict = {}
    exec(RECEIVER, names)
    names["Receiver"].log_message = lambda *args: None
    with ThreadingHTTPServer(("127.0.0.1", 0), names["Receiver"]) as server:
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        webhook.url = f"http://127.0.0.1:{server.server_port}/"
        webhook.save()
        record(Kind.CUBE_CHANGED, oid="a")
        number_events()
        assert send_all() == 1
        assert Delivery.objects.get().error == "The receiver answered 400."
        webhook.secret = re.search(r'Webhook\("(.*?)"\)', RECEIVER).group(1)
        webhook.save()
        for _ in range(2):
            Delivery.objects.update(due_at=Delivery.objects.get().created_at, delivered_at=None)
            assert send_all() == 1
            assert Delivery.objects.get().delivered_at
        server.shutdown()
    assert capsys.readouterr().out.count("'oid': 'a'") == 1


def test_a_callback_is_verified_with_the_token(pipeline, target, send_all):
    names: dict = {}
    exec(CALLBACK, names)
    token = make_token(pipeline, "pipeline")
    fields = {"callback_url": target.url, "callback_token": pipeline.api_tokens.get().pk}
    queue.post_order("a.fits", fields)
    queue.fail(queue.claim("w"), "broken")
    assert send_all() == 1
    [message] = target.messages
    content = names["message_of_archive"](token, message.headers, message.body)
    assert content["type"] == "order.failed"
    with pytest.raises(WebhookVerificationError):
        names["message_of_archive"](token[::-1], message.headers, message.body)


def test_the_kinds_of_events_are_listed():
    assert set(re.findall(r"^\| `([a-z.]+)` \|", PAGE, re.MULTILINE)) == set(Kind.values)
