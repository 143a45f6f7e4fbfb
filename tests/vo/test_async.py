"""/tap/async: the life of a job, as UWS 1.1 has it."""

import os
import time
from datetime import timedelta
from threading import Thread
from xml.etree import ElementTree

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from vo import asynchronous, jobs
from vo.models import Job, Phase

pytestmark = pytest.mark.django_db

QUERY = "SELECT oid FROM archive.data_cubes"
UWS = "{http://www.ivoa.net/xml/UWS/v1.0}"


@pytest.fixture(autouse=True)
def no_wake_ups(monkeypatch) -> list[object]:
    """The tasks that a job wakes, which no worker takes here."""
    woken: list[object] = []
    monkeypatch.setattr("vo.tasks.send_wake_up", woken.append)
    return woken


@pytest.fixture
def submit(role, client):
    """Make a job, and return its path."""

    def submit(**parameters: object) -> str:
        answer = client.post("/tap/async", {"LANG": "ADQL", "QUERY": QUERY} | parameters)
        assert answer.status_code == 303, answer.content
        return answer["Location"].removeprefix(django_settings.ARCHIVE_BASE_URL)

    return submit


def shown(client, path: str, **parameters: object) -> ElementTree.Element:
    answer = client.get(path, parameters)
    assert answer.status_code == 200, answer.content
    return ElementTree.fromstring(answer.content)


def test_a_job_waits_runs_and_has_a_result(
    submit, client, archive_cube, no_wake_ups, django_capture_on_commit_callbacks
):
    cube = archive_cube()
    path = submit(RUNID="mine", FORMAT="csv")
    job = shown(client, path)
    assert (job.find(f"{UWS}phase").text, job.find(f"{UWS}runId").text) == ("PENDING", "mine")
    assert not jobs.carry_out_next()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{path}/phase", {"PHASE": "RUN"}).status_code == 303
    assert len(no_wake_ups) == 1
    assert client.get(f"{path}/phase").content == b"QUEUED"
    assert jobs.carry_out_next()
    job = shown(client, path)
    assert job.find(f"{UWS}phase").text == "COMPLETED"
    [result] = job.iter(f"{UWS}result")
    answer = client.get(f"{path}/results/result")
    assert answer.getvalue().decode().split() == ["oid", cube.oid]
    assert (answer["Content-Type"], result.get("size")) == ("text/csv;header=present", answer["Content-Length"])
    assert {one.get("id"): one.text for one in job.iter(f"{UWS}parameter")}["QUERY"] == QUERY
    for part in ("parameters", "results"):
        shown(client, f"{path}/{part}")
    for part in ("destruction", "executionduration", "quote", "owner"):
        assert client.get(f"{path}/{part}").status_code == 200
    assert client.get(f"{path}/error").status_code == 404
    assert client.get(f"{path}/nothing").status_code == 404


def test_a_wrong_query_ends_in_an_error_with_a_sentence(submit, client):
    path = submit(QUERY="SELECT foo FROM ivoa.obscore", PHASE="RUN")
    assert jobs.carry_out_next()
    job = shown(client, path)
    assert job.find(f"{UWS}phase").text == "ERROR"
    assert "has a column “foo”" in job.find(f"{UWS}errorSummary/{UWS}message").text
    assert b'value="ERROR"' in client.get(f"{path}/error").content
    assert client.get(f"{path}/results/result").status_code == 404


def test_parameters_can_change_until_the_job_runs(submit, client):
    path = submit()
    client.post(f"{path}/parameters", {"QUERY": "SELECT mu FROM archive.data_cubes"})
    client.post(path, {"MAXREC": "5"})
    client.post(f"{path}/executionduration", {"EXECUTIONDURATION": "7"})
    job = Job.objects.get()
    assert (job.parameters["QUERY"], job.parameters["MAXREC"], job.parameters["LANG"], job.execution_seconds) == (
        "SELECT mu FROM archive.data_cubes", "5", "ADQL", 7,
    )  # fmt: skip
    client.post(f"{path}/executionduration", {"EXECUTIONDURATION": "0"})
    assert client.get(f"{path}/executionduration").content.decode() == str(django_settings.TAP_ASYNC_SECONDS)
    client.post(f"{path}/phase", {"PHASE": "RUN"})
    assert client.post(f"{path}/parameters", {"QUERY": QUERY}).status_code == 403
    for wrong in ({"PHASE": "STOP"}, {"DESTRUCTION": "soon"}, {"EXECUTIONDURATION": "x"}, {"UPLOAD": "a,b"}):
        assert client.post(path, wrong).status_code == 400


def test_the_destruction_can_be_earlier_but_not_later(submit, client):
    path = submit()
    soon = timezone.now() + timedelta(hours=1)
    client.post(f"{path}/destruction", {"DESTRUCTION": f"{soon:%Y-%m-%dT%H:%M:%SZ}"})
    assert client.get(f"{path}/destruction").content.decode() == f"{soon:%Y-%m-%dT%H:%M:%SZ}"
    client.post(f"{path}/destruction", {"DESTRUCTION": "2999-01-01T00:00:00Z"})
    assert Job.objects.get().destruction < timezone.now() + timedelta(days=django_settings.TAP_RESULT_DAYS, minutes=1)


@pytest.mark.parametrize("way", ["DELETE", "POST"])
def test_a_deleted_job_is_gone_with_its_result(submit, client, way):
    path = submit(PHASE="RUN")
    jobs.carry_out_next()
    [file] = [job.result_path for job in Job.objects.all()]
    assert file.exists()
    answer = client.delete(path) if way == "DELETE" else client.post(path, {"ACTION": "DELETE"})
    assert answer.status_code == 303
    assert not file.exists()
    assert client.get(path).status_code == 404


def test_a_queued_job_that_is_aborted_is_not_carried_out(submit, client):
    path = submit(PHASE="RUN")
    client.post(f"{path}/phase", {"PHASE": "ABORT"})
    assert not jobs.carry_out_next()
    assert client.get(f"{path}/phase").content == b"ABORTED"
    client.post(f"{path}/phase", {"PHASE": "RUN"})
    assert client.get(f"{path}/phase").content == b"ABORTED"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["abort", "delete"])
def test_a_running_query_is_stopped_when_its_job_is_aborted_or_deleted(submit, client, archive_cube, way):
    archive_cube()
    path = submit(QUERY="SELECT COUNT(*) FROM " + ", ".join(f"archive.keywords k{n}" for n in range(6)), PHASE="RUN")

    def work() -> None:
        try:
            jobs.carry_out_next()
        finally:
            connection.close()

    worker = Thread(target=work)
    worker.start()
    deadline = time.monotonic() + 10
    while client.get(f"{path}/phase").content != b"EXECUTING" and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.2)
    assert worker.is_alive()
    if way == "abort":
        client.post(f"{path}/phase", {"PHASE": "ABORT"})
    else:
        client.delete(path)
    worker.join(5)
    assert not worker.is_alive()
    if way == "abort":
        assert client.get(f"{path}/phase").content == b"ABORTED"


def test_old_jobs_are_deleted_with_their_results_and_files_that_no_job_has(submit, client, settings):
    submit(PHASE="RUN")
    kept = submit(PHASE="RUN")
    jobs.carry_out_next()
    jobs.carry_out_next()
    old, new = Job.objects.order_by("id")
    Job.objects.filter(pk=old.pk).update(destruction=timezone.now() - timedelta(seconds=1))
    left = new.result_path.with_name("left.vot")
    left.write_text("")
    os.utime(left, (0, 0))
    jobs.look_after_jobs()
    assert [one.pk for one in Job.objects.all()] == [new.pk]
    assert (old.result_path.exists(), left.exists(), new.result_path.exists()) == (False, False, True)
    assert client.get(f"{kept}/results/result").status_code == 200


def test_a_job_whose_worker_is_lost_is_given_up(submit, client):
    path = submit(PHASE="RUN")
    Job.objects.update(phase=Phase.EXECUTING, started_at=timezone.now() - timedelta(seconds=2000))
    jobs.look_after_jobs()
    assert client.get(f"{path}/phase").content == b"ERROR"


def test_nobody_sees_the_jobs_of_others(submit, client):
    submit()
    assert list(shown(client, "/tap/async")) == []
    assert client.get("/tap/async/" + "0" * 32).status_code == 404


def test_who_waits_is_answered_when_the_phase_changes_or_the_time_is_up(submit, client, monkeypatch):
    path = submit()
    began = time.monotonic()
    shown(client, path, WAIT="1")
    assert 0.9 < time.monotonic() - began < 3
    began = time.monotonic()
    shown(client, path, WAIT="30", PHASE="QUEUED")
    with asynchronous._free:  # Somebody else waits already.
        shown(client, path, WAIT="30")
    monkeypatch.setattr(asynchronous, "MAX_WAIT_SECONDS", 0.1)
    shown(client, path, WAIT="-1")
    assert time.monotonic() - began < 2


def test_no_job_is_accepted_when_there_are_too_many_or_their_results_are_too_large(submit, client, monkeypatch):
    submit()
    Job.objects.update(result_size=2**50)
    answer = client.post("/tap/async", {"QUERY": QUERY})
    assert (answer.status_code, "as many results as it can" in answer.content.decode()) == (503, True)
    Job.objects.update(result_size=0)
    monkeypatch.setattr(jobs, "MAX_OPEN_JOBS", 0)
    assert client.post("/tap/async", {"QUERY": QUERY}).status_code == 503
