"""Processes an order that a worker has claimed."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

from django.conf import settings
from django.db import IntegrityError, connection

from common.errors import PermanentError
from common.processes import worker_name
from common.transience import is_of_database, sentence, will_pass
from datacubes.steps.base import StepResult
from ingestion.conductor import Reading, read_cube, write_cube
from workorders import queue
from workorders.log_context import order_in_logs
from workorders.models import WorkOrder
from workorders.storage import storage_is_away

logger = logging.getLogger(__name__)

LONGEST_BETWEEN_RENEWALS = 3.0
"""Seconds. People who watch an order see its steps that long after they were done."""


class OutOfTime(BaseException):
    """Reading a cube has reached its limit of time.

    Derives from BaseException so that FITS and image readers cannot swallow it. Celery's own soft time limit is an
    Exception, so orders do not use it.
    """


def carry_out_next() -> bool:
    """Claim the next order and process it; return whether there was one.

    Block SIGTERM until the order can be handed back; otherwise it stays claimed until its lease expires.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def let_signals_through() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    try:
        order = queue.claim(worker_name())
        if order is not None:
            carry_out(order, begin=let_signals_through, others_may=True)
    finally:
        let_signals_through()
    return order is not None


def carry_out(order: WorkOrder, begin: Callable[[], object] = lambda: None, *, others_may: bool = False) -> None:
    """Ingest the cube of a claimed order and record how it ended.

    If the database is lost, the order waits until its lease expires.

    Parameters
    ----------
    order
        The order.
    begin
        Called as soon as any end of the work is recorded.
    others_may
        If this machine does not see the storage, leave the order to other machines, without counting the attempt.

    Raises
    ------
    OperationalError, InterfaceError
        If the database is unavailable, so that even the failure cannot be recorded. The lease expires, and another
        worker claims the order.
    """
    with order_in_logs(order):
        _carry_out(order, begin, others_may)


def _carry_out(order: WorkOrder, begin: Callable[[], object], others_may: bool) -> None:
    try:
        begin()
        logger.info("attempt %s", order.attempts)
        with (
            LeaseKeeper(order) as keeper,
            _read_in_time(order, keeper.note) as reading,
            queue.own_order(order) as current,
        ):
            queue.complete(current, write_cube(reading))
            reading.keep_files()
        logger.info("completed")
    except queue.LeaseLost as lost:
        logger.warning("%s; this run kept nothing", lost)
    except OutOfTime:
        _record_retry(order, f"The ingestion took longer than {settings.ORDER_TIME_LIMIT_SECONDS} s.")
    except SystemExit:
        # SIGTERM ends the process so. It is not the order's fault: the order keeps its place.
        _record_retry(order, "The worker was asked to end.", interrupted=True)
        raise
    except MemoryError:
        _record_retry(order, f"The ingestion needed more than {settings.WORKER_MEMORY_LIMIT_MB} MB of memory.")
    except PermanentError as error:
        _record_failure(order, str(error))
    except Exception as error:
        if is_of_database(error):
            # The database may be back already, while this connection is dead. Use a new one.
            connection.close()
        # An IntegrityError means that another ingestion wrote the same row at the same time.
        if will_pass(error) or isinstance(error, IntegrityError):
            is_elsewhere = others_may and not is_of_database(error) and storage_is_away()
            _record_retry(order, sentence(error), interrupted=is_elsewhere)
        else:
            # No file may end a worker. The log shows developers what was not foreseen.
            logger.exception("unforeseen error")
            _record_failure(order, f"The ingestion met an error that was not foreseen: {sentence(error)}")


def _read_in_time(order: WorkOrder, on_step: Callable[[StepResult], None]) -> Reading:
    with time_limit(settings.ORDER_TIME_LIMIT_SECONDS):
        return read_cube(order.as_ingest_request(), on_step)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `OutOfTime` in a block that takes longer; only a process's main thread can be interrupted so.

    A call that does not return to Python is not interrupted: Celery's hard time limit ends the process then.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _record_failure(order: WorkOrder, error: str) -> None:
    logger.warning("failed: %s", error)
    try:
        queue.fail(order, error)
    except queue.LeaseLost as lost:
        logger.warning("%s; its failure is not recorded", lost)


def _record_retry(order: WorkOrder, error: str, *, interrupted: bool = False) -> None:
    try:
        again = queue.hand_back(order, error, interrupted=interrupted)
    except queue.LeaseLost as lost:
        logger.warning("%s; its failure is not recorded", lost)
        return
    what_next = "to be tried again" if again else "given up"
    logger.warning("%s: %s", what_next, error)


class LeaseKeeper:
    """Renews the lease of an order while the block runs, so that a slow worker does not look dead.

    A thread renews it, because the work may be in one long call. The thread ends when the lease is lost; the final
    transaction of the run also notices that. Each renewal stores the steps of a long run that are done so far.
    """

    def __init__(self, order: WorkOrder) -> None:
        self._order = order
        self._done = threading.Event()
        self._steps: list[StepResult] = []
        self._thread = threading.Thread(target=self._renew, name=f"lease of order {order.pk}", daemon=True)

    def __enter__(self) -> "LeaseKeeper":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def note(self, step: StepResult) -> None:
        """Take a step that was done, to be shown at the next renewal."""
        self._steps.append(step)

    def _renew(self) -> None:
        try:
            while not self._done.wait(min(settings.ORDER_LEASE_SECONDS / 3, LONGEST_BETWEEN_RENEWALS)):
                try:
                    queue.renew_lease(self._order, [queue.step_as_json(step) for step in list(self._steps)])
                except queue.LeaseLost:
                    raise
                except Exception as error:
                    if not will_pass(error):
                        raise
                    logger.warning("order %s: its lease could not be renewed: %s", self._order.pk, sentence(error))
                    connection.close()
        except queue.LeaseLost:
            pass  # The run may have just ended; its last transaction finds out.
        except Exception:
            logger.exception("order %s: its lease is no longer renewed", self._order.pk)
        finally:
            connection.close()
