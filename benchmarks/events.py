"""Measures recording, numbering, listing and sending events, with 1,000 and 1,000,000 others."""

import django

django.setup()

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from benchmarks.table import median_milliseconds, print_table
from keeper.events.kinds import Kind
from keeper.events.models import Event, Position
from keeper.events.numbering import EVENTS_AT_ONCE, number_events
from keeper.events.recording import new_event, record, record_all
from keeper.webhooks.models import Delivery, Webhook
from keeper.webhooks.queueing import new_secret
from keeper.webhooks.sending import send_next

FILL = """
INSERT INTO events_event (number, kind, oid, path, message, occurred_at)
SELECT i, 'cube.changed', 'oid-' || i, 'path/' || i || '.fits', '', now() FROM generate_series(1, %s) AS i
"""
FILL_DELIVERIES = """
INSERT INTO webhooks_delivery
    (message_id, webhook_id, url, type, body, created_at, due_at, attempts, delivered_at, error)
SELECT gen_random_uuid(), %s, '', 'cube.changed', '{}', now(), NULL, 1, now(), '' FROM generate_series(1, %s) AS i
"""


class Receiver(BaseHTTPRequestHandler):
    """Accepts every message."""

    def do_POST(self) -> None:
        """Read the body, and answer 204."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


def fill(number: int, url: str) -> None:
    """Fill the tables with ended events and deliveries, and make one webhook."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE events_event, events_position, webhooks_webhook, webhooks_delivery CASCADE")
        cursor.execute(FILL, [number])
        Position.objects.create(pk=1, last=number)
        webhook = Webhook.objects.create(name="benchmark", url=url, kinds=Kind.values, secret=new_secret())
        cursor.execute(FILL_DELIVERIES, [webhook.pk, number])
        cursor.execute("VACUUM ANALYZE events_event, webhooks_delivery")


def record_one() -> None:
    """Record an event, as an ingestion does within its transaction."""
    record(Kind.CUBE_CHANGED, oid="2019-04-19T17:34:55.50395_6173_0-4", path="2019-04-19/CRISP/cube.fits")


def record_many() -> None:
    """Record as many events as are numbered at once."""
    record_all([new_event(Kind.CUBE_CHANGED, oid=str(index)) for index in range(EVENTS_AT_ONCE)])


def get(path: str) -> None:
    """Ask for a path."""
    if Client().get(path, SERVER_NAME="localhost").status_code != 200:
        raise RuntimeError(f"{path} cannot be read")


def rows(url: str) -> Iterator[tuple[object, ...]]:
    """Measure each size of the tables."""
    for number in (1_000, 1_000_000):
        fill(number, url)
        with transaction.atomic():
            recorded = median_milliseconds(record_one, 200)
            transaction.set_rollback(True)
        page = median_milliseconds(lambda number=number: get(f"/api/v1/events/?after={number // 2}"), 50)  # type: ignore[misc]
        feed = median_milliseconds(lambda: get("/feed/"), 20)
        numbered = median_milliseconds(number_events, 5, record_many)
        sent = median_milliseconds(send_next, 200)
        yield f"{number:,}", *(f"{figure:.2f}" for figure in (recorded, page, feed, numbered, sent))
    for model in (Delivery, Webhook, Event, Position):
        model._default_manager.all().delete()


if __name__ == "__main__":
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = True
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print_table(
            [
                "events and deliveries",
                "record, ms",
                "page of 100, ms",
                "feed, ms",
                "number and queue 500, ms",
                "send, ms",
            ],
            rows(f"http://127.0.0.1:{server.server_port}/"),
        )
        server.shutdown()
