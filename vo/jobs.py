"""Jobs: made by clients, carried out by workers, and deleted in the end.

Phases change by conditional updates: who finds that no row was changed came too late, and changes nothing more.
"""

import logging
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from psycopg2.extensions import connection as PostgreSQLConnection

from vo.adql import ADQLError
from vo.execution import NotReady, QueryFailed, carry_out, prepare
from vo.models import ENDED, GRACE_SECONDS, RESULTS, Job, Phase
from vo.parameters import Refused, wanted
from vo.wakeups import wake_worker

logger = logging.getLogger(__name__)

MAX_OPEN_JOBS = 1000
WATCH_SECONDS = 0.5


def create_job(parameters: Mapping[str, str]) -> Job:
    """Make a job that waits for PHASE=RUN.

    Raises
    ------
    Refused
        If there are too many jobs, or their results are too large together.
    """
    if Job.objects.exclude(phase__in=ENDED)[: MAX_OPEN_JOBS + 1].count() > MAX_OPEN_JOBS:
        raise Refused("The archive has as many jobs as it can. Try again later.", 503)
    size = Job.objects.aggregate(size=Sum("result_size", default=0))["size"]
    if size > settings.TAP_RESULTS_MB * 2**20:
        raise Refused("The archive keeps as many results as it can. Try again later, or use /tap/sync.", 503)
    return Job.objects.create(parameters=dict(parameters), execution_seconds=settings.TAP_ASYNC_SECONDS)


def run(job: Job) -> None:
    """Queue a job that waits, and wake a worker after the commit."""
    changed = Job.objects.filter(pk=job.pk, phase=Phase.PENDING).update(phase=Phase.QUEUED, queued_at=timezone.now())
    if changed:
        transaction.on_commit(wake_worker)


def abort(job: Job) -> None:
    """Abort a job that has not ended; its worker stops the query within `WATCH_SECONDS`."""
    now = timezone.now()
    Job.objects.filter(pk=job.pk).exclude(phase__in=ENDED).update(phase=Phase.ABORTED, ended_at=now)


def destroy(job: Job) -> None:
    """Delete a job and its result."""
    job.delete()
    if job.result_name:
        job.result_path.unlink(missing_ok=True)


def carry_out_next() -> bool:
    """Carry out the job that waits longest; return whether there was one."""
    with transaction.atomic():
        waiting = Job.objects.filter(phase=Phase.QUEUED).order_by("queued_at", "id")
        job = waiting.select_for_update(skip_locked=True).first()
        if job is None:
            return False
        job.phase, job.started_at = Phase.EXECUTING, timezone.now()
        job.save(update_fields=["phase", "started_at"])
    try:
        _carry_out(job)
    except (ADQLError, QueryFailed, Refused) as error:
        _end(job, phase=Phase.ERROR, error=str(error))
    except NotReady as error:
        logger.error("TAP: %s", error)
        _end(job, phase=Phase.ERROR, error="TAP is not ready: the archive's database is not prepared for it.")
    except Exception:
        _end(job, phase=Phase.ERROR, error="The archive failed. Send the query again later.")
        raise
    return True


def look_after_jobs() -> None:
    """Give up jobs whose worker is lost, and delete those whose time has come, with results that no job has."""
    now = timezone.now()
    for job in Job.objects.filter(phase=Phase.EXECUTING):
        if job.started_at and now > job.started_at + timedelta(seconds=job.execution_seconds + GRACE_SECONDS):
            _end(job, phase=Phase.ERROR, error="The worker of this job was lost. Send the query again.")
    for job in Job.objects.filter(destruction__lt=now)[:1000]:
        destroy(job)
    folder = Path(settings.MEDIA_ROOT) / RESULTS
    known = set(Job.objects.exclude(result_name="").values_list("result_name", flat=True))
    oldest = now.timestamp() - settings.TAP_ASYNC_SECONDS - GRACE_SECONDS
    for entry in os.scandir(folder) if folder.is_dir() else ():
        if entry.name not in known and entry.stat().st_mtime < oldest:
            Path(entry.path).unlink(missing_ok=True)


def _carry_out(job: Job) -> None:
    asked = wanted(job.parameters)
    translation = prepare(asked.query, asked.most)
    folder = Path(settings.MEDIA_ROOT) / RESULTS
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{job.key}.{asked.form.suffix}"
    path = folder / name
    try:
        with _watched(job), path.open("wb") as file:
            carry_out(translation, asked.query, asked.most, asked.form, job.execution_seconds, file)
        size = path.stat().st_size
        kept = _end(job, phase=Phase.COMPLETED, result_name=name, result_type=asked.form.media_type, result_size=size)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if not kept:
        path.unlink(missing_ok=True)


def _end(job: Job, **values: object) -> bool:
    """End a job that is executing; return whether it still was."""
    return bool(Job.objects.filter(pk=job.pk, phase=Phase.EXECUTING).update(ended_at=timezone.now(), **values))


class _watched:
    """While it lasts, stop the query of this thread's connection if its job is aborted or deleted."""

    def __init__(self, job: Job) -> None:
        connection.ensure_connection()
        self._ended = Event()
        self._thread = Thread(target=self._watch, args=(job.pk, connection.connection), daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self, pk: int, running: PostgreSQLConnection) -> None:
        try:
            while not self._ended.wait(WATCH_SECONDS):
                if not Job.objects.filter(pk=pk, phase=Phase.EXECUTING).exists():
                    running.cancel()
        finally:
            connection.close()
