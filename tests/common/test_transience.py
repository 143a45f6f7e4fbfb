"""Will it pass? Asked of errors as drivers and systems raise them."""

import errno
import sqlite3
import threading

import psycopg2
import pytest
from django.db import DataError, InterfaceError, OperationalError, ProgrammingError, connection
from django.db.utils import DatabaseError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import OutOfMemoryError, ReadOnlyError, ResponseError

from common.errors import PermanentError, TransientError, damage
from common.transience import left_to_the_next_sweep, sentence, will_pass


def of_django(kind: type[Exception], cause: Exception) -> Exception:
    """Return an error of Django with that of its driver as the cause."""
    try:
        raise kind(str(cause)) from cause
    except kind as error:
        return error


class WithState(psycopg2.Error):
    """An error of PostgreSQL with a SQLSTATE."""

    def __init__(self, state: str) -> None:
        super().__init__(f"SQLSTATE {state}")
        self.state = state

    @property
    def pgcode(self) -> str:
        return self.state


def in_sqlite(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("of SQLite")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    "state",
    ["08006", "25006", "25P03", "40001", "40P01", "53100", "53200", "53300", "55P03", "57014", "57P01", "58030"],
)
def test_states_of_postgresql_that_pass(state):
    assert will_pass(of_django(OperationalError, WithState(state)))


@pytest.mark.parametrize("state", ["22001", "22P02", "23505", "25P02", "28P01", "3D000", "42P01", "XX000"])
def test_states_of_postgresql_that_stay(state):
    assert not will_pass(of_django(DatabaseError, WithState(state)))


def test_a_lost_connection_passes():
    assert will_pass(of_django(OperationalError, psycopg2.OperationalError("server closed the connection")))
    assert will_pass(of_django(InterfaceError, psycopg2.InterfaceError("connection already closed")))
    assert not will_pass(of_django(ProgrammingError, psycopg2.ProgrammingError("no results to fetch")))


@pytest.mark.parametrize(
    ("code", "passes"),
    [
        (sqlite3.SQLITE_BUSY, True),
        (sqlite3.SQLITE_IOERR | 10 << 8, True),
        (sqlite3.SQLITE_FULL, True),
        (sqlite3.SQLITE_READONLY, True),
        (sqlite3.SQLITE_ERROR, False),
        (sqlite3.SQLITE_CORRUPT, False),
    ],
)
def test_codes_of_sqlite(code, passes):
    assert will_pass(of_django(OperationalError, in_sqlite(code))) is passes


@pytest.mark.parametrize(
    "error",
    [
        *(OSError(number, "") for number in (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ESTALE)),
        *(OSError(number, "") for number in (errno.EIO, errno.ENOSPC, errno.EROFS, errno.ECONNREFUSED)),
        *(TimeoutError(), MemoryError(), RuntimeError("can't start new thread")),
        *(BrokerError(), ReadOnlyError(), OutOfMemoryError(), TransientError()),
    ],
    ids=repr,
)
def test_what_else_passes(error):
    assert will_pass(error)


@pytest.mark.parametrize(
    "error",
    [
        *(OSError(errno.ENOENT, ""), OSError(errno.EISDIR, ""), OSError("damaged image"), RuntimeError("other")),
        *(ResponseError("WRONGTYPE"), PermanentError(), ValueError(), DataError()),
        of_django(PermanentError, OSError(errno.EIO, "")),
    ],
    ids=repr,
)
def test_what_else_stays(error):
    assert not will_pass(error)


def test_a_library_that_meets_a_shortage_has_not_met_damage():
    for shortage in (MemoryError(), OSError(errno.EMFILE, "too many"), RuntimeError("can't start new thread")):
        with pytest.raises(type(shortage)), damage("The file cannot be read"):
            raise shortage
    with pytest.raises(PermanentError, match="cannot be read: truncated"), damage("The file cannot be read"):
        raise OSError("truncated")


def test_sentences_say_who_gave_the_error():
    assert sentence(of_django(OperationalError, WithState("53300"))) == "The database gave an error: SQLSTATE 53300."
    assert sentence(OSError(errno.EIO, "I/O error")) == "OSError: [Errno 5] I/O error."
    assert sentence(TransientError("As it is.")) == "As it is."


def test_a_task_is_ended_by_what_stays_alone(caplog):
    with left_to_the_next_sweep():
        raise OSError(errno.ECONNREFUSED, "refused")
    assert "work waits for the next sweep: ConnectionRefusedError" in caplog.text
    with pytest.raises(ValueError, match="a fault"), left_to_the_next_sweep():
        raise ValueError("a fault")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'")
class TestRealErrors:
    def test_a_transaction_that_may_only_read_passes(self):
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = on")
            with pytest.raises(DatabaseError) as raised:
                cursor.execute("CREATE TABLE nothing ()")
            cursor.execute("SET default_transaction_read_only = off")
        assert will_pass(raised.value)

    def test_a_statement_that_is_cancelled_passes_and_a_wrong_one_stays(self):
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 10")
            with pytest.raises(DatabaseError) as cancelled:
                cursor.execute("SELECT pg_sleep(1)")
            cursor.execute("SET statement_timeout = 0")
            with pytest.raises(DatabaseError) as wrong:
                cursor.execute("SELECT * FROM nowhere")
        assert will_pass(cancelled.value)
        assert not will_pass(wrong.value)

    def test_a_connection_that_the_server_ends_passes(self):
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]

        def end() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
            connection.close()

        thread = threading.Thread(target=end)
        thread.start()
        thread.join()
        with pytest.raises(DatabaseError) as raised, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.close()
        assert will_pass(raised.value)
