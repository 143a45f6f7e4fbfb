"""The health check of beat: fails unless Redis has received a message from this machine within so many seconds.

``python deploy/beat_sends.py 90``. In the container of beat nothing else sends messages.
"""

import os
import sys

import redis


def seconds_since_last_message(url: str) -> int | None:
    """Return how long ago a client with this machine's address pushed onto a queue, or None if none has.

    Redis names for each connection its last command, and for how long it has been idle since (CLIENT LIST). Celery
    sends a message by LPUSH, and beat keeps its connection.
    """
    with redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as broker:
        here = _host(broker.client_info())
        idle = [
            int(client["idle"]) for client in broker.client_list() if client["cmd"] == "lpush" and _host(client) == here
        ]
    return min(idle, default=None)


def _host(client: dict[str, str]) -> str:
    return client["addr"].rpartition(":")[0]


def main(most_seconds: int) -> str | None:
    """Return what is wrong, or None."""
    try:
        seconds = seconds_since_last_message(os.environ["CELERY_BROKER_URL"])
    except redis.RedisError as error:
        return f"Redis does not answer: {error}"
    if seconds is None:
        return "Redis has no connection from here over which a message was sent last."
    return f"The last message was sent {seconds} s ago." if seconds > most_seconds else None


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
