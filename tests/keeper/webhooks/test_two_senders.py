"""Several senders at once: each message is sent once."""

import threading
from collections import Counter

import pytest
from django.db import connections

from keeper.events.kinds import Kind
from keeper.events.numbering import number_events
from keeper.events.recording import record
from keeper.webhooks.models import Delivery
from keeper.webhooks.sending import send_next

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_message_is_sent_by_two(webhook, target):
    for number in range(24):
        record(Kind.CUBE_CHANGED, oid=str(number))
    number_events()
    start = threading.Barrier(4)

    def send() -> None:
        try:
            start.wait()
            while send_next():
                pass
        finally:
            connections.close_all()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert Counter(message.id for message in target.messages).most_common(1)[0][1] == 1
    assert len(target.messages) == 24
    assert Delivery.objects.exclude(delivered_at=None).count() == 24
