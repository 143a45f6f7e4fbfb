"""Decides whether an error is transient, for workers, tasks, views and health checks alike."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from django.db import DatabaseError, InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import BusyLoadingError, MasterDownError, OutOfMemoryError, ReadOnlyError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from common.errors import PermanentError, TransientError, on_one_line, system_will_recover

logger = logging.getLogger(__name__)

# PostgreSQL's documentation, appendix A: connection, rollback for another transaction's sake, resources, the server's
# or an operator's intervention, system errors, a snapshot that is too old.
_PASSING_CLASSES = ("08", "40", "53", "55", "57", "58", "72")
_PASSING_STATES = (
    "25006",  # The server is a replica since a failover.
    "25P03",  # It ended a transaction in which this process had been stopped.
)
_PASSING_IN_SQLITE = frozenset(
    {
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT),
        *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY),
        sqlite3.SQLITE_PROTOCOL,
    }
)
_BROKER_ERRORS = (
    *(BrokerError, RedisConnectionError, RedisTimeoutError),
    # What a Redis answers that is starting, a replica since a failover, or full.
    *(BusyLoadingError, MasterDownError, OutOfMemoryError, ReadOnlyError),
)


def will_pass(error: BaseException) -> bool:
    """Return whether an error is transient: its cause is expected to pass, and a retry may succeed."""
    for link in _chain(error):
        if isinstance(link, PermanentError):
            return False
        if isinstance(link, (TransientError, *_BROKER_ERRORS)) or system_will_recover(link):
            return True
        # The driver's error has a code; Django's error, which it is the cause of, has none.
        if isinstance(link, psycopg2.Error):
            return _passes_in_postgresql(link)
        if isinstance(link, sqlite3.Error):
            return getattr(link, "sqlite_errorcode", 0) & 0xFF in _PASSING_IN_SQLITE
    return isinstance(error, InterfaceError | OperationalError)


def is_of_database(error: BaseException) -> bool:
    """Return whether the database reported an error."""
    return isinstance(error, DatabaseError | InterfaceError)


def sentence(error: BaseException) -> str:
    """Return the message of an error, for the log and for staff."""
    if isinstance(error, TransientError | PermanentError):
        return str(error)
    words = on_one_line(str(error)).rstrip(".")
    return f"The database gave an error: {words}." if is_of_database(error) else f"{type(error).__name__}: {words}."


@contextmanager
def left_to_the_next_sweep() -> Iterator[None]:
    """End a task with a log line if a service is unavailable. The next sweep repeats the work."""
    try:
        yield
    except Exception as error:
        if not will_pass(error):
            raise
        logger.warning("work waits for the next sweep: %s", sentence(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Return an error and its causes: Django's errors of a database have that of the driver as their cause."""
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__


def _passes_in_postgresql(error: psycopg2.Error) -> bool:
    if not error.pgcode:  # The server gave no answer: the connection is lost, or was not made.
        return isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
    return error.pgcode in _PASSING_STATES or error.pgcode[:2] in _PASSING_CLASSES
