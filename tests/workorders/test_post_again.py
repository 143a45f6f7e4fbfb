"""Posting the same path again, whatever its order is doing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ingestion.conductor import IngestResult
from workorders import queue
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


def complete(order: WorkOrder) -> None:
    result = IngestResult(oid="oid", checksum=None, checksum_status="absent", steps=[], warnings=[])
    with queue.own_order(order) as current:
        queue.complete(current, result)


def test_while_queued_the_new_information_replaces_the_old_and_the_place_is_kept():
    first = queue.post_order("a.fits", {"owner_email_addresses": ["a@x.se"], "oid": "old", "image_preview": "a.png"})
    queue.post_order("b.fits", {})
    again = queue.post_order("a.fits", {"owner_email_addresses": ["b@x.se"], "oid": "new"})
    assert again.pk == first.pk
    assert again.queued_at == first.queued_at
    claimed = queue.claim("w")
    assert claimed.pk == first.pk
    assert claimed.request == {"owner_email_addresses": ["b@x.se"], "oid": "new"}


def test_while_queued_instructions_that_the_new_request_leaves_out_still_wait():
    queue.post_order("a.fits", {"owner_email_addresses": ["a@x.se"], "swedish_data": True, "force": True})
    again = queue.post_order("a.fits", {"force": False})
    assert again.request == {"owner_email_addresses": ["a@x.se"], "swedish_data": True, "force": False}


def test_while_started_it_is_queued_again_when_the_run_is_completed():
    queue.post_order("a.fits", {"swedish_data": True})
    running = queue.claim("w")
    assert queue.post_order("a.fits", {"force": True}).status == "started"
    assert queue.claim("w") is None
    complete(running)
    order = WorkOrder.objects.get()
    assert (order.status, order.request, order.attempts) == ("queued", {"force": True}, 0)
    assert order.runs.get().status == "completed"


def test_while_started_it_is_queued_again_when_the_run_fails():
    queue.post_order("a.fits", {"swedish_data": True})
    running = queue.claim("w")
    queue.post_order("a.fits", {"force": True})
    queue.fail(running, "Not a FITS file.")
    order = WorkOrder.objects.get()
    assert (order.status, order.request) == ("queued", {"swedish_data": True, "force": True})


def test_while_started_it_is_queued_again_with_new_attempts_when_the_run_is_handed_back():
    queue.post_order("a.fits", {})
    running = queue.claim("w")
    queue.post_order("a.fits", {"force": True})
    assert queue.hand_back(running, "The disk was away.")
    order = WorkOrder.objects.get()
    assert (order.status, order.attempts, order.request) == ("queued", 0, {"force": True})
    assert order.queued_at <= timezone.now()


def test_while_started_it_is_taken_up_when_the_worker_dies(expire_lease):
    order = queue.post_order("a.fits", {"swedish_data": True})
    queue.claim("dead")
    queue.post_order("a.fits", {"force": True})
    expire_lease(order)
    again = queue.claim("alive")
    assert (again.request, again.attempts) == ({"swedish_data": True, "force": True}, 1)


def test_once_completed_it_is_queued_anew_with_only_what_is_posted():
    queue.post_order("a.fits", {"swedish_data": True, "force": True, "image_preview": "a.png"})
    complete(queue.claim("w"))
    order = queue.post_order("a.fits", {})
    assert (order.status, order.request, order.attempts, order.run) == ("queued", {}, 0, None)
    assert order.runs.count() == 1


def test_once_failed_its_instructions_still_wait_to_be_carried_out():
    queue.post_order("a.fits", {"owner_email_addresses": ["a@x.se"], "oid": "wrong"})
    queue.fail(queue.claim("w"), "No DATE-BEG.")
    assert queue.post_order("a.fits", {}).request == {"owner_email_addresses": ["a@x.se"]}


def test_once_cancelled_its_instructions_are_forgotten_but_for_the_history():
    posted = {"owner_email_addresses": ["wrong@person.org"], "swedish_data": True, "force": True, "oid": "x"}
    order = queue.post_order("a.fits", posted)
    queue.cancel([order.pk])
    order.refresh_from_db()
    assert (order.status, order.request, order.run.request) == ("cancelled", {"oid": "x"}, posted)
    assert queue.post_order("a.fits", {}).request == {}


def test_a_cancelled_order_that_is_queued_again_keeps_its_files_and_makes_no_grants():
    order = queue.post_order("a.fits", {"image_preview": "a.png", "swedish_data": True})
    queue.cancel([order.pk])
    queue.requeue(["a.fits"])
    order.refresh_from_db()
    assert (order.status, order.request) == ("queued", {"image_preview": "a.png"})


def test_an_order_that_waits_for_a_later_attempt_is_due_at_once():
    queue.post_order("a.fits", {})
    queue.hand_back(queue.claim("w"), "The disk was away.")
    assert queue.claim("w") is None
    assert queue.post_order("a.fits", {}).queued_at <= timezone.now() + timedelta(milliseconds=1)
    assert queue.claim("w").attempts == 1


def test_a_requeued_order_keeps_its_files_and_makes_no_grants_again():
    posted = {"oid": "x", "image_preview": "a.png", "owner_email_addresses": ["a@x.se"], "swedish_data": True}
    order = queue.post_order("a.fits", posted)
    complete(queue.claim("w"))
    queue.requeue([order.relative_path])
    order.refresh_from_db()
    assert (order.status, order.request) == ("queued", {"oid": "x", "image_preview": "a.png"})


def test_a_requeued_order_that_a_worker_is_at_is_queued_as_it_was_posted_last():
    queue.post_order("a.fits", {"oid": "old"})
    running = queue.claim("w")
    queue.post_order("a.fits", {"oid": "new", "image_preview": "new.png", "swedish_data": True})
    [order] = queue.requeue(["a.fits"], {"force": True})
    assert order.status == "started"
    complete(running)
    order.refresh_from_db()
    last = {"oid": "new", "image_preview": "new.png", "swedish_data": True, "force": True}
    assert (order.status, order.request) == ("queued", last)
