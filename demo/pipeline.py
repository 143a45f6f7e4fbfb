"""An observatory's pipeline, which posts cubes and polls their orders; and how the demonstration tells of it."""

import time

import requests

from demo.archive import make_token
from devtools.stack import Stack

SECONDS = 60


class NotAsItShould(Exception):
    """Something in the demonstration went otherwise than it should."""


class Pipeline:
    """An observatory's pipeline: it knows the archive's address and has a token."""

    def __init__(self, stack: Stack) -> None:
        self._base_url = stack.base_url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Token {make_token(stack, 'pipeline')}"

    def post(self, relative_path: str, **fields: object) -> str:
        """Post a cube and return the address of its order."""
        answer = self._session.post(
            f"{self._base_url}/api/v1/ingest/", json={"relative_path": relative_path} | fields, timeout=10
        )
        if answer.status_code != 202:
            raise NotAsItShould(f"POST answered {answer.status_code}: {answer.text}")
        return answer.headers["Location"]

    def ingest(self, title: str, relative_path: str, **fields: object) -> dict:
        """Post a cube, poll its order to the end, and print what was done."""
        say(f"\n{title}")
        began = time.monotonic()
        url = self.post(relative_path, **fields)
        say(f"  POST answered 202 after {milliseconds(began)}")
        order = self.wait(url)
        say(
            f"  order {order['id']}: {order['status']} {milliseconds(began)} after the POST, CHECKSUM "
            f"{order['checksum']} {order['checksum_status']}"
        )
        for step in order["steps"]:
            reason = f"  {step['reason']}" if step["reason"] else ""
            say(f"    {step['name']:<15} {step['outcome']:<8} {step['seconds'] * 1000:6.1f} ms{reason}")
        for sentence in [*order["warnings"], *filter(None, [order["error"]])]:
            say(f"    {sentence}")
        if order["status"] != "completed":
            raise NotAsItShould(f"the order is {order['status']}")
        return order

    def wait(self, url: str) -> dict:
        """Poll an order until it has ended, and return it."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            order = self._session.get(url, timeout=10).json()
            if order["status"] in ("completed", "failed"):
                return order
            time.sleep(0.02)
        raise NotAsItShould(f"the order has not ended within {SECONDS} s")


def milliseconds(since: float) -> str:
    """The time since a moment, for people."""
    return f"{(time.monotonic() - since) * 1000:.0f} ms"


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)
