"""The stand-in for the SOLARNET Virtual Observatory, as a process of its own, and what it holds."""

import time
from urllib.parse import quote, urljoin, urlsplit

import requests

from devtools.services import free_port
from devtools.stack import Stack

KEY = "demo-key"
USERNAME = "archive"
SECONDS = 30


def settings() -> dict[str, str]:
    """Return the environment variables of an archive that submits to a stand-in on a free port."""
    return {
        "SVO_API_URL": f"http://127.0.0.1:{free_port()}/service/api/svo",
        "SVO_USERNAME": USERNAME,
        "SVO_API_KEY": KEY,
    }


def start_server(stack: Stack) -> None:
    """Start the stand-in among the processes of a stack whose environment has its settings."""
    port = urlsplit(stack.environment["SVO_API_URL"]).port
    stack.start("svo", "devtools.svo.__main__", "--port", str(port), "--key", KEY)


def find_record(stack: Stack, oid: str) -> dict | None:
    """Wait for the record of a cube with a thumbnail that the archive has, and return it; None if it does not come.

    Each ingestion that makes previews replaces them, and a worker sends the new record once that is done.
    """
    api = stack.environment["SVO_API_URL"]
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            dataset = requests.get(f"{api}/dataset/CRISP/", timeout=5).json()
            records = urljoin(api, dataset["metadata"]["resource_uri"])
            answer = requests.get(f"{records}{quote(oid, safe='')}/", timeout=5)
            if answer.status_code == 200 and _has_its_thumbnail(answer.json()):
                return answer.json()
        except requests.ConnectionError:
            pass  # It is still starting.
        time.sleep(0.05)
    return None


def _has_its_thumbnail(record: dict) -> bool:
    return requests.get(record["data_location"]["thumbnail_url"], timeout=5).status_code == 200
