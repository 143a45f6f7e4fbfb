"""Submissions on their way: taken by one worker at a time, sent, tried again later or failed."""

import logging
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from datacubes.errors import PermanentError, TransientError
from datacubes.models import DataCube
from svo.configuration import get_client, is_configured, known_dataset
from svo.models import Submission
from svo.records import record_content
from svo.sending import create_or_update, remove

logger = logging.getLogger(__name__)

CLAIM_SECONDS = 600
FIRST_RETRY_SECONDS = 30
LONGEST_RETRY_SECONDS = 3600
MAX_ATTEMPTS = 30  # With these delays, about a day.

State, Action = Submission.State, Submission.Action


def due_submissions() -> QuerySet[Submission]:
    """Submissions whose time has come and that nobody is at."""
    return _unclaimed().filter(due_at__lte=timezone.now())


def claim_submission(oid: str | None = None) -> Submission | None:
    """Take the oldest submission that is due, or the one of an OID even before; None if there is none to take."""
    candidates = due_submissions() if oid is None else _unclaimed().filter(oid=oid)
    while (submission := candidates.order_by("due_at", "id").first()) is not None:
        # A conditional update, whose number of rows tells whether another worker was first.
        mine = candidates.filter(pk=submission.pk, token=submission.token)
        if mine.update(claimed_until=timezone.now() + timedelta(seconds=CLAIM_SECONDS)):
            return submission
    return None


def send(submission: Submission) -> Submission:
    """Send a claimed submission, note how it ended, and return it; what changed meanwhile stays pending."""
    try:
        digest = _send(submission)
    except PermanentError as error:
        _end(submission, state=State.FAILED, error=str(error), attempts=submission.attempts + 1)
        logger.warning("SVO: %s failed: %s", submission.oid, error)
    except TransientError as error:
        _postpone(submission, str(error))
    else:
        if submission.action == Action.REMOVE:
            Submission.objects.filter(pk=submission.pk, token=submission.token).delete()
            submission.state = State.SUBMITTED
            return submission
        _end(submission, state=State.SUBMITTED, digest=digest, error="", attempts=submission.attempts + 1)
        logger.info("SVO: %s submitted", submission.oid)
    return Submission.objects.get(pk=submission.pk)


def _unclaimed() -> QuerySet[Submission]:
    nobody_is_at_it = Q(claimed_until=None) | Q(claimed_until__lt=timezone.now())
    return Submission.objects.filter(nobody_is_at_it, state=State.PENDING)


def _send(submission: Submission) -> str:
    """Send it and return the digest of what the SVO then holds."""
    if not is_configured():
        raise TransientError("No SVO is configured any more.")
    client = get_client()
    known = known_dataset(client, submission.dataset)
    if submission.action == Action.REMOVE:
        remove(client, known, submission.oid)
        return ""
    cube = (
        DataCube.objects.select_related("metadata", "fits_header", "instrument")
        .prefetch_related("tags", "image_previews")
        .filter(oid=submission.oid)
        .first()
    )
    if cube is None:
        raise PermanentError("The archive has no such cube any more.")
    content = record_content(cube, known)
    if content.digest != submission.digest:
        create_or_update(client, known, content, was_sent=bool(submission.digest))
    return content.digest


def _postpone(submission: Submission, error: str) -> None:
    attempts = submission.attempts + 1
    if attempts >= MAX_ATTEMPTS:
        _end(submission, state=State.FAILED, error=f"{error} Given up after {attempts} attempts.", attempts=attempts)
        return
    delay = min(FIRST_RETRY_SECONDS * 2**submission.attempts, LONGEST_RETRY_SECONDS)
    due_at = timezone.now() + timedelta(seconds=delay)
    _end(submission, state=State.PENDING, error=error, attempts=attempts, due_at=due_at)
    logger.warning("SVO: %s is tried again in %s s: %s", submission.oid, delay, error)


def _end(submission: Submission, **values: object) -> None:
    same = Submission.objects.filter(pk=submission.pk, token=submission.token)
    if not same.update(claimed_until=None, updated_at=timezone.now(), **values):
        # The cube changed meanwhile: it is pending with another token, and only the claim is given back.
        Submission.objects.filter(pk=submission.pk).update(claimed_until=None)
