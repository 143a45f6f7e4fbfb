"""The Celery tasks of the queue `tap`: messages only wake, the database holds the jobs.

Each imports its work when it runs: the parser of ADQL is slow to import, and other workers do without it.
"""

from celery import shared_task
from django.conf import settings

from common.transience import left_to_the_next_sweep
from common.wakeups import MAX_WAKE_UPS_OF_A_SWEEP, send_missing_wake_ups, send_wake_up
from vo.models import GRACE_SECONDS, Job, Phase

QUEUE = "tap"


@shared_task(time_limit=settings.TAP_ASYNC_SECONDS + GRACE_SECONDS)
def run_next_job() -> None:
    """Carry out the job that waits longest, if there is one."""
    from vo import jobs

    with left_to_the_next_sweep():
        jobs.carry_out_next()


@shared_task
def sweep_jobs() -> None:
    """Delete old jobs, and wake workers for those that wait."""
    from vo import jobs

    with left_to_the_next_sweep():
        jobs.look_after_jobs()
        wanted = Job.objects.filter(phase=Phase.QUEUED)[:MAX_WAKE_UPS_OF_A_SWEEP].count()
        send_missing_wake_ups(run_next_job, QUEUE, wanted)


def wake_worker() -> None:
    """Wake a worker for a job that was just queued."""
    send_wake_up(run_next_job)
