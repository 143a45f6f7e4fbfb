"""The workers of the queue `svo`: one submission at a time, never two at one, none that is lost."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from datacubes.steps.base import IngestRequest
from devtools.services import free_port
from ingestion.conductor import ingest
from svo.models import Submission, Synchronisation
from svo.notes import note_change, wake_sender
from svo.submission import claim_submission, send
from svo.tasks import send_next_submission, sweep_submissions, synchronise_with_svo
from tests.support.broker import broker, use_broker

__all__ = ["broker"]

OID = "2019-04-19T17:34:55.50395_6173_0-4"


@contextmanager
def limited_to(seconds: float) -> Iterator[None]:
    """Let the block end as Celery ends a task that takes too long."""

    def end(number: int, frame: object) -> None:
        raise SoftTimeLimitExceeded

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.django_db(transaction=True)
def test_several_workers_send_each_submission_once(configured, archive_cube):
    for number in range(6):
        archive_cube({"DATE-BEG": f"2019-04-0{number + 1}T00:00:00"}, path=f"{number}.fits", oid=str(number))

    def work() -> None:
        try:
            send_next_submission()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        for worker in [workers.submit(work) for _ in range(4)]:
            worker.result()
    assert configured.oids("CRISP") == [str(number) for number in range(6)]
    assert configured.counts()["POST"] == 6
    assert set(Submission.objects.values_list("state", flat=True)) == {"submitted"}


@pytest.mark.django_db(transaction=True)
def test_a_cube_that_is_submitted_twice_at_once_has_one_record(configured, archive_cube):
    archive_cube()
    first = claim_submission()
    Submission.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    second = claim_submission()

    def work(submission: Submission) -> None:
        try:
            send(submission)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        for worker in [workers.submit(work, submission) for submission in (first, second)]:
            worker.result()
    assert configured.oids("CRISP") == [OID]
    assert len(configured.locations("CRISP")) == 1
    assert Submission.objects.get().state == "submitted"


@pytest.mark.django_db
def test_a_worker_that_counted_as_dead_changes_nothing(configured, archive_cube):
    archive_cube()
    slow = claim_submission()
    Submission.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    claim_submission()
    configured.answer(400, {"error": "Odd."}, methods=["POST"])
    send(slow)
    row = Submission.objects.get()
    assert (row.state, row.error) == ("pending", "")
    assert row.claimed_until > timezone.now()


@pytest.mark.django_db
def test_a_worker_that_takes_too_long_hands_it_back(configured, archive_cube):
    archive_cube()
    configured.hang(5, methods=["POST"])
    with pytest.raises(SoftTimeLimitExceeded), limited_to(0.3):
        send_next_submission()
    row = Submission.objects.get()
    assert (row.state, row.claimed_until) == ("pending", None)
    assert "longer than a worker may take" in row.error


@pytest.mark.django_db
def test_an_unforeseen_error_fails_one_submission_and_no_others(configured, archive_cube, send_all, caplog):
    archive_cube(oid="broken").fits_header.delete()
    archive_cube({"DATE-BEG": "2019-04-20T00:00:00"}, path="good.fits", oid="good")
    assert sorted(send_all()) == ["failed", "submitted"]
    assert "RelatedObjectDoesNotExist" in Submission.objects.get(oid="broken").error
    assert "Traceback" in caplog.text
    assert configured.oids("CRISP") == ["good"]


@pytest.mark.django_db
def test_the_tasks_do_nothing_without_a_configured_svo(settings, monkeypatch):
    settings.SVO_API_URL = ""
    woken: list[object] = []
    monkeypatch.setattr("svo.tasks.send_missing_wake_ups", lambda *arguments: woken.append(arguments))
    note_change("oid", "CRISP", wake=False)
    send_next_submission()
    sweep_submissions()
    synchronise_with_svo()
    assert Submission.objects.get().attempts == 0
    assert not woken
    assert not Synchronisation.objects.exists()


@pytest.mark.django_db
def test_the_daily_task_updates_what_differs(submitted, configured):
    submitted.metadata.keywords["OBSERVER"] = "Somebody Else"
    submitted.metadata.save()
    synchronise_with_svo()
    assert configured.record("CRISP", OID)["observer"] == "Somebody Else"


@pytest.mark.django_db
def test_an_ingestion_takes_two_statements_for_the_svo_and_none_without_an_svo(configured, place_cube, settings):
    def statements(oid: str) -> int:
        path = place_cube(path=f"{oid}.fits")
        with CaptureQueriesContext(connection) as captured:
            ingest(IngestRequest(path, oid=oid))
        return sum('"svo_' in query["sql"] for query in captured)

    assert statements("a") == 2
    settings.SVO_API_URL = ""
    assert statements("b") == 0


@pytest.mark.django_db(transaction=True)
def test_an_unavailable_broker_fails_no_ingestion(configured, place_cube, broker, monkeypatch, caplog):
    use_broker(f"redis://127.0.0.1:{free_port()}/0")
    monkeypatch.setattr("svo.notes.wake_sender", wake_sender)
    ingest(IngestRequest(place_cube()))
    assert "the broker is away" in caplog.text
    assert Submission.objects.get().state == "pending"


@pytest.mark.django_db(transaction=True)
def test_an_unforeseen_error_of_a_wake_up_fails_no_ingestion(configured, place_cube, monkeypatch, caplog):
    def fail() -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("svo.notes.wake_sender", fail)
    ingest(IngestRequest(place_cube()))
    assert "unforeseen" in caplog.text
    assert Submission.objects.get().state == "pending"
