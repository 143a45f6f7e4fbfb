"""Health checks for operators: ``/healthz`` (the process is up) and ``/readyz`` (its services are available).

Both are answered first, so that they work under any host name: a container or load balancer asks without TLS, by an
address that is not the archive's name.
"""

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from common.transience import will_pass
from common.wakeups import ask_broker

logger = logging.getLogger(__name__)

READY_WITHIN_SECONDS = 1.0


def answer_health_checks(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Make the middleware that answers ``/healthz`` and ``/readyz``; it must be the first one."""
    answers = {"/healthz": healthz, "/readyz": readyz}

    def middleware(request: HttpRequest) -> HttpResponse:
        return answers.get(request.path_info, get_response)(request)

    return middleware


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process is up. No service is checked, because a restart would not bring a service back."""
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer within about a second: 200 if database, broker and storage are available, else 503."""
    looks = {name: check.start() for name, check in CHECKS.items()}
    wait(looks.values(), timeout=READY_WITHIN_SECONDS)
    answers = {name: _answer(name, look) for name, look in looks.items()}
    ready = set(answers.values()) == {"ok"}
    return JsonResponse(answers, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


class NotReady(Exception):
    """A service is unavailable. The message is public; the cause goes to the log only."""


class Check:
    """A check of a service that may hang. It runs in a thread, and never twice at once."""

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._current: Future[None] | None = None

    def start(self) -> Future[None]:
        """Start the check unless it is running, and return its future."""
        with self._lock:
            if self._current is None or self._current.done():
                self._current = Future()
                threading.Thread(target=self._run, args=[self._current], daemon=True).start()
            return self._current

    def _run(self, future: Future[None]) -> None:
        try:
            self._look()
        except BaseException as error:  # noqa: BLE001  The waiting request gets it.
            future.set_exception(error)
        else:
            future.set_result(None)


def look_at_database() -> None:
    """Ask the database, over a connection of its own.

    Raises
    ------
    NotReady
        If it gives no answer, or takes no changes, as a replica after a failover.
    """
    database = connection.copy()
    if database.vendor == "postgresql":
        # Otherwise the check would wait without end for a server that vanished.
        database.settings_dict["OPTIONS"] |= {"connect_timeout": 2, "tcp_user_timeout": 2000}
    try:
        with database.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only" if database.vendor == "postgresql" else "SELECT 1")
            answer = cursor.fetchone()
    except Error as error:
        raise NotReady("The database does not answer.") from error
    finally:
        database.close()
    if answer == ("on",):
        raise NotReady("The database is read-only.")
    if database.vendor == "sqlite" and not os.access(database.settings_dict["NAME"], os.W_OK):
        raise NotReady("The file of the database cannot be written to.")


def look_at_broker() -> None:
    """Ask the broker.

    Raises
    ------
    NotReady
        If it gives no answer.
    """
    try:
        ask_broker()
    except Exception as error:
        if not will_pass(error):
            raise
        raise NotReady("The broker takes no messages; orders are taken, and carried out once it is back.") from error


def look_at_storage() -> None:
    """Look into the folder of the cubes and that of the previews.

    Raises
    ------
    NotReady
        If the first cannot be listed or the second cannot be written to.
    """
    try:
        with os.scandir(settings.SCIENCE_DATA_ROOT) as entries:
            next(entries, None)
    except OSError as error:
        raise NotReady("SCIENCE_DATA_ROOT cannot be read.") from error
    if not (Path(settings.MEDIA_ROOT).is_dir() and os.access(settings.MEDIA_ROOT, os.W_OK | os.X_OK)):
        raise NotReady("MEDIA_ROOT cannot be written to.")


CHECKS = {
    name: Check(look)
    for name, look in {"database": look_at_database, "broker": look_at_broker, "storage": look_at_storage}.items()
}


def _answer(name: str, look: Future[None]) -> str:
    if not look.done():
        logger.warning("not ready: %s: no answer within %s s", name, READY_WITHIN_SECONDS)
        return f"no answer within {READY_WITHIN_SECONDS:.0f} s"
    error = look.exception()
    if error is None:
        return "ok"
    logger.warning("not ready: %s: %s %s", name, error, error.__cause__ or "")
    return str(error) if isinstance(error, NotReady) else f"not ready: {type(error).__name__}"
