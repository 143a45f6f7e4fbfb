"""/tap/async: queries as jobs (UWS 1.1). Who has the address of a job, which nobody can guess, may do all with it."""

import time
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from common.errors import quoted
from vo import jobs
from vo.answers import error, tap_view, text, xml
from vo.models import ENDED, Job, Phase
from vo.parameters import Refused, all_values, given_parameters

MAX_WAIT_SECONDS = 10.0
WAITERS = 1
"""Of each process of the web server. Others that want to wait are answered at once."""

_LOOK_EVERY_SECONDS = 0.25
_free = BoundedSemaphore(WAITERS)


@tap_view
@require_http_methods(["GET", "HEAD", "POST"])
def job_list(request: HttpRequest) -> HttpResponseBase:
    """Make a job. The list of jobs is empty for everybody: nobody sees the queries of others."""
    if request.method != "POST":
        return xml("jobs.xml", {})
    job = jobs.create_job(given_parameters(request))
    if _given(request, "PHASE") == "RUN":
        jobs.run(job)
    return _see(job)


@tap_view
@require_http_methods(["GET", "HEAD", "POST", "DELETE"])
def job_view(request: HttpRequest, key: str) -> HttpResponseBase:
    """Show, change or delete a job."""
    job = _job(key)
    if request.method == "DELETE" or (request.method == "POST" and _given(request, "ACTION") == "DELETE"):
        jobs.destroy(job)
        return _redirect("/tap/async")
    if request.method == "POST":
        _change(job, request)
        return _see(job)
    return xml("job.xml", {"job": _after_wait(job, request), "base": settings.ARCHIVE_BASE_URL})


@tap_view
@require_http_methods(["GET", "HEAD", "POST"])
def job_part(request: HttpRequest, key: str, part: str) -> HttpResponseBase:
    """Show or change a part of a job."""
    job = _job(key)
    if request.method == "POST":
        _change(job, request)
        return _see(job)
    match part:
        case "phase":
            return text(job.phase)
        case "executionduration":
            return text(str(job.execution_seconds))
        case "destruction":
            return text(_iso(job.destruction))
        case "quote" | "owner":
            return text("")
        case "parameters" | "results":
            return xml(f"{part}.xml", {"job": job, "base": settings.ARCHIVE_BASE_URL})
        case "error" if job.error:
            return error(job.error, 200)
    return error("The job has no error." if part == "error" else "A job has no such part.", 404)


@tap_view
@require_http_methods(["GET", "HEAD"])
def job_result(request: HttpRequest, key: str) -> HttpResponseBase:
    """Send the result of a job."""
    job = _job(key)
    try:
        file = job.result_path.open("rb") if job.result_name else None
    except FileNotFoundError:
        file = None
    if file is None:
        return error(f"The job has no result: its phase is {job.phase}.", 404)
    headers = {"Content-Length": str(job.result_size), "Cache-Control": "private, no-store"}
    return FileResponse(file, content_type=job.result_type, headers=headers)


def _job(key: str) -> Job:
    job = Job.objects.filter(key=key, destruction__gt=timezone.now()).first()
    if job is None:
        raise Refused("TAP has no job with this id. Jobs are deleted after some days.", 404)
    return job


def _given(request: HttpRequest, name: str) -> str:
    """Return a parameter, in capitals, that is for the job and not for its query."""
    return all_values(request).get(name, "").upper()


def _change(job: Job, request: HttpRequest) -> None:
    """Change a job, as its address and the parameters of a POST want."""
    if duration := _given(request, "EXECUTIONDURATION"):
        if not (duration.isascii() and duration.isdigit()):
            raise Refused(f"EXECUTIONDURATION is {quoted(duration)}. It must be a whole number of seconds.")
        # Zero is without a limit (UWS 1.1, section 2.2.1.2), which this service does not offer.
        seconds = min(int(duration[:9]) or settings.TAP_ASYNC_SECONDS, settings.TAP_ASYNC_SECONDS)
        Job.objects.filter(pk=job.pk, phase=Phase.PENDING).update(execution_seconds=seconds)
    if destruction := _given(request, "DESTRUCTION"):
        Job.objects.filter(pk=job.pk).update(destruction=_moment(destruction))
    if given := given_parameters(request):
        changed = Job.objects.filter(pk=job.pk, phase=Phase.PENDING).update(parameters=job.parameters | given)
        if not changed:
            raise Refused("The parameters of a job cannot be changed once it runs.", 403)
    match _given(request, "PHASE"):
        case "RUN":
            jobs.run(job)
        case "ABORT":
            jobs.abort(job)
        case "":
            pass
        case other:
            raise Refused(f"PHASE is {quoted(other)}. It must be RUN or ABORT.")


def _moment(value: str) -> datetime:
    try:
        moment = parse_datetime(value)
    except ValueError:
        moment = None
    if moment is None:
        raise Refused(f"DESTRUCTION is {quoted(value)}. It must be a time such as 2030-01-01T00:00:00Z.")
    latest = timezone.now() + timedelta(days=settings.TAP_RESULT_DAYS)
    return min(moment if moment.tzinfo else moment.replace(tzinfo=UTC), latest)


def _after_wait(job: Job, request: HttpRequest) -> Job:
    """Return a job once its phase is another, or the time is up (UWS 1.1, section 2.2.1.3)."""
    wait, phase = _given(request, "WAIT"), _given(request, "PHASE") or job.phase
    if not wait or job.phase != phase or job.phase in ENDED or not _free.acquire(blocking=False):
        return job
    try:
        seconds = float(wait) if wait.isascii() and wait.isdigit() and len(wait) < 10 else MAX_WAIT_SECONDS
        deadline = time.monotonic() + min(seconds, MAX_WAIT_SECONDS)
        while job.phase == phase and time.monotonic() < deadline:
            time.sleep(_LOOK_EVERY_SECONDS)
            job = _job(job.key)
    finally:
        _free.release()
    return job


def _see(job: Job) -> HttpResponse:
    return _redirect(f"/tap/async/{job.key}")


def _redirect(path: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": settings.ARCHIVE_BASE_URL + path})


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
