"""Asks OSV, a public index, for known vulnerabilities of the locked packages: ``python -m devtools.audit``.

Ends with 1 if there are any. If OSV gives no answer within 30 seconds, says so and ends with 0.
"""

import sys
from queue import Empty, Queue
from threading import Thread
from typing import Any

import requests

from devtools.locked import locked_packages

URL = "https://api.osv.dev/v1/querybatch"
MOST_SECONDS = 30.0


def known_vulnerabilities(packages: dict[str, str], url: str) -> dict[str, list[str]]:
    """Return the ids of the known vulnerabilities of each package that has any.

    Parameters
    ----------
    packages
        Their names and versions.
    url
        Where to ask; see https://google.github.io/osv.dev/post-v1-querybatch/.

    Raises
    ------
    requests.RequestException
        If OSV does not answer, or somebody else does.
    ValueError
        If OSV does not understand the request.
    """
    found: dict[str, list[str]] = {}
    queries: list[dict[str, Any]] = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in packages.items()
    ]
    while queries:
        answer = requests.post(url, json={"queries": queries}, timeout=MOST_SECONDS)
        if answer.status_code == requests.codes.bad_request:
            raise ValueError(f"OSV does not understand the request: {answer.text}")
        answer.raise_for_status()
        next_pages = []
        for query, result in zip(queries, answer.json()["results"], strict=True):
            ids = [vulnerability["id"] for vulnerability in result.get("vulns", [])]
            if ids:
                found.setdefault(query["package"]["name"], []).extend(ids)
            if token := result.get("next_page_token"):
                next_pages.append(query | {"page_token": token})
        queries = next_pages
    return found


def main(url: str = URL, most_seconds: float = MOST_SECONDS) -> int:
    """Print what is known, and return the exit code."""
    packages = locked_packages("requirements.txt", "requirements-dev.txt")
    answers: Queue[dict[str, list[str]] | Exception] = Queue()
    answer: dict[str, list[str]] | Exception

    def ask() -> None:
        try:
            answers.put(known_vulnerabilities(packages, url))
        except Exception as error:  # noqa: BLE001  Raised below.
            answers.put(error)

    # A thread, because the look-up of a host's name has no timeout.
    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=most_seconds)
    except Empty:
        answer = TimeoutError()
    if isinstance(answer, requests.RequestException | TimeoutError):
        print(f"NOT AUDITED: {url} cannot be reached ({type(answer).__name__}). Run `make audit` where it can.")
        return 0
    if isinstance(answer, Exception):
        raise answer
    for name, ids in answer.items():
        links = ", ".join(f"https://osv.dev/vulnerability/{one}" for one in ids)
        print(f"{name} {packages[name]} is vulnerable: {links}")
    print(f"{len(packages)} locked packages, {len(answer)} with known vulnerabilities.")
    return int(bool(answer))


if __name__ == "__main__":
    sys.exit(main())
