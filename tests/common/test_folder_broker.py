"""A folder as the broker: whoever looks while others write sees whole messages."""

from pathlib import Path
from threading import Thread

from celery import current_app
from kombu import Connection, Queue

from tests.support.broker import broker, use_broker

__all__ = ["broker"]

MESSAGES = 1000


def connect(folder: Path) -> Connection:
    use_broker("filesystem://", data_folder_in=folder, data_folder_out=folder, control_folder=folder)
    return current_app.connection_for_write()


def test_a_message_is_never_seen_before_it_is_whole(broker, tmp_path):
    with connect(tmp_path) as connection, connection.SimpleQueue(Queue("ingest", routing_key="ingest")) as messages:
        writer = Thread(target=lambda: [messages.put({"number": number}) for number in range(MESSAGES)])
        writer.start()
        looks = 0
        while writer.is_alive():
            assert all(path.stat().st_size for path in tmp_path.glob("*.msg"))
            looks += 1
        writer.join()
        assert looks > 1
        read = [messages.get(timeout=10).payload["number"] for _ in range(MESSAGES)]
    assert sorted(read) == list(range(MESSAGES))
