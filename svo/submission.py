"""Submissions on their way: taken by one worker at a time, sent, tried again later or failed."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import Q, QuerySet
from django.utils import timezone

from common.errors import PermanentError, TransientError
from common.transience import is_of_database, sentence, will_pass
from datacubes.models import DataCube
from svo.addresses import require_public_address
from svo.configuration import get_client, known_dataset
from svo.datasets import dataset_name, instruments_of
from svo.models import Submission
from svo.notes import note_former_datasets
from svo.records import cubes_with_content, record_content
from svo.removal import remove_records
from svo.sending import IsUnshared, create_or_update
from svo.values import LeftOut

logger = logging.getLogger(__name__)

CLAIM_SECONDS = 600
FIRST_RETRY_SECONDS = 30
LONGEST_RETRY_SECONDS = 3600
MAX_ATTEMPTS = 30  # With these delays, about a day.
REMOVALS_AT_ONCE = 1000

State, Action = Submission.State, Submission.Action

_LOCATION_LEFT = LeftOut(
    "the data location",
    "the record has one that others made; the next synchronisation takes it over if no other record uses it",
)


def due_submissions() -> QuerySet[Submission]:
    """Submissions whose time has come and that nobody is at."""
    return _unclaimed().filter(due_at__lte=timezone.now())


def claim_submission(oid: str | None = None, dataset: str | None = None) -> Submission | None:
    """Claim the oldest due submission, or that of one cube even before it is due; return None if there is none."""
    candidates = due_submissions() if oid is None else _unclaimed().filter(oid=oid)
    if dataset is not None:
        candidates = candidates.filter(dataset=dataset)
    while (submission := candidates.order_by("due_at", "id").first()) is not None:
        if _claim(submission):
            return submission
    return None


def send_next() -> list[Submission]:
    """Send the oldest submission that is due, a removal together with others; return them as they then are."""
    submission = claim_submission()
    if submission is None:
        return []
    if submission.action != Action.REMOVE:
        return [send(submission)]
    others = due_submissions().filter(action=Action.REMOVE, dataset=submission.dataset).order_by("due_at", "id")
    submissions = [submission, *filter(_claim, others[: REMOVALS_AT_ONCE - 1])]
    cubes = DataCube.objects.filter(instrument__in=instruments_of(submission.dataset))
    back = set(cubes.filter(oid__in=[one.oid for one in submissions]).values_list("oid", flat=True))
    gone = [one for one in submissions if one.oid not in back]
    if gone:
        _attempt(gone, lambda: _remove(gone))
    return [*gone, *(send(one) for one in submissions if one.oid in back)]


def send(submission: Submission, is_unshared: IsUnshared | None = None) -> Submission:
    """Send a claimed submission, note how it ended, and return it as it then is.

    What changed meanwhile stays pending. Whether the record is made or removed is decided here, by the cube itself.

    Parameters
    ----------
    is_unshared
        Whether no other record uses a location; None if that is not known.
    """

    def work() -> None:
        cube = cubes_with_content().filter(oid=submission.oid).first()
        if cube is None:
            _remove([submission])
            return
        dataset = dataset_name(cube.instrument)
        if dataset is None:
            _leave_out(submission, cube)
        elif dataset != submission.dataset:
            _remove([submission])
        else:
            _submit(submission, cube, is_unshared)

    _attempt([submission], work)
    return submission


def _unclaimed() -> QuerySet[Submission]:
    nobody_is_at_it = Q(claimed_until=None) | Q(claimed_until__lt=timezone.now())
    return Submission.objects.filter(nobody_is_at_it, state=State.PENDING)


def _claim(submission: Submission) -> bool:
    """Take a submission, unless another worker was first, or the cube has changed since it was read.

    The digest goes from the row: until the answer is in, nobody knows what the SVO holds.
    """
    claimed_until = timezone.now() + timedelta(seconds=CLAIM_SECONDS)
    # A conditional update: the number of rows shows whether another worker was first.
    unchanged = _unclaimed().filter(pk=submission.pk, token=submission.token)
    if not unchanged.update(claimed_until=claimed_until, digest=""):
        return False
    submission.claimed_until = claimed_until
    return True


def _keep_claims(submissions: list[Submission]) -> Callable[[], None]:
    """Return a function to be called again and again, which puts off the time at which the worker counts as dead."""
    renewed_at = time.monotonic()

    def keep() -> None:
        nonlocal renewed_at
        if time.monotonic() - renewed_at < CLAIM_SECONDS / 4:
            return
        renewed_at = time.monotonic()
        claimed_until = timezone.now() + timedelta(seconds=CLAIM_SECONDS)
        for submission in submissions:
            mine = Submission.objects.filter(pk=submission.pk, claimed_until=submission.claimed_until)
            if mine.update(claimed_until=claimed_until):
                submission.claimed_until = claimed_until

    return keep


def _leave_out(submission: Submission, cube: DataCube) -> None:
    """Send nothing of a cube whose instrument has been left out meanwhile; the row stays only for a record's sake."""
    if submission.location_uri or submission.attempts:
        raise PermanentError(f"{cube.instrument} is left out of the SVO: what the SVO has of it stays as it is.")
    _forget(submission)
    logger.info("SVO: %s is left out", submission.oid)


def _submit(submission: Submission, cube: DataCube, is_unshared: IsUnshared | None) -> None:
    require_public_address()
    client = get_client()
    known = known_dataset(client, submission.dataset)
    content = record_content(cube, known)
    left_out, digest = list(content.left_out), content.digest
    if digest != submission.digest:
        location_uri = create_or_update(client, known, content, submission.location_uri, is_unshared)
        if location_uri is None:
            left_out.append(_LOCATION_LEFT)
            digest = ""
        else:
            submission.location_uri = location_uri
    for what, reason in left_out:
        logger.info("%s: %s is left out of the SVO's record: %s", cube.oid, what, reason)
    _end(
        submission,
        # Its removal may have been noted while the cube was gone, or in another dataset.
        action=Action.SUBMIT,
        state=State.SUBMITTED,
        digest=digest,
        error="",
        left_out=[each._asdict() for each in left_out],
        attempts=submission.attempts + 1,
    )
    note_former_datasets(submission.oid, submission.dataset)
    logger.info("SVO: %s submitted", submission.oid)


def _remove(submissions: list[Submission]) -> None:
    """Remove the records of submissions of one dataset; the rows of those that are removed go."""
    client = get_client()
    metadata_uri = known_dataset(client, submissions[0].dataset).dataset.metadata_uri
    for submission, failure in remove_records(client, metadata_uri, submissions, _keep_claims(submissions)):
        if failure is None:
            _forget(submission)
            logger.info("SVO: %s removed", submission.oid)
        else:
            _end_with_failure(submission, failure)


def _attempt(submissions: list[Submission], work: Callable[[], None]) -> None:
    """Do the work; record a failure for the submissions that have not ended."""
    try:
        work()
    except SoftTimeLimitExceeded:
        for submission in submissions:
            _end_with_failure(submission, TransientError("It took longer than a worker may take."))
        raise
    except Exception as error:
        if is_of_database(error) and will_pass(error):
            raise  # Nothing can be recorded now. The claims expire by themselves.
        failure = _failure(error, submissions)
        for submission in submissions:
            _end_with_failure(submission, failure)


def _failure(error: Exception, submissions: list[Submission]) -> PermanentError | TransientError:
    if isinstance(error, PermanentError | TransientError):
        return error
    if will_pass(error):
        return TransientError(sentence(error))
    # Nothing in a cube may end a worker; and a developer must see what was not foreseen.
    logger.exception("SVO: unforeseen error at %s", ", ".join(one.oid for one in submissions[:10]))
    return PermanentError(f"There was an error that was not foreseen: {sentence(error)}")


def _end_with_failure(submission: Submission, failure: PermanentError | TransientError) -> None:
    if submission.claimed_until is None:
        return  # It has ended before, in a way of its own.
    attempts, error = submission.attempts + 1, str(failure)
    if isinstance(failure, TransientError) and attempts < MAX_ATTEMPTS:
        delay = min(FIRST_RETRY_SECONDS * 2**submission.attempts, LONGEST_RETRY_SECONDS)
        due_at = timezone.now() + timedelta(seconds=delay)
        ended = _end(submission, state=State.PENDING, error=error, attempts=attempts, due_at=due_at)
        what_next = f"is tried again in {delay} s"
    else:
        if isinstance(failure, TransientError):
            error = f"{error} Given up after {attempts} attempts."
        ended = _end(submission, state=State.FAILED, error=error, attempts=attempts)
        what_next = "failed"
    if ended:
        submission.failure = failure
        logger.warning("SVO: %s %s: %s", submission.oid, what_next, error)


def _end(submission: Submission, **values: object) -> bool:
    """Note how it ended and give the claim back; tell whether it was still claimed.

    If the cube changed meanwhile, it is pending with another token, and only the claim is given back.
    """
    mine = Submission.objects.filter(pk=submission.pk, claimed_until=submission.claimed_until)
    ended = {"claimed_until": None, "location_uri": submission.location_uri, "updated_at": timezone.now()}
    if mine.filter(token=submission.token).update(**ended, **values):
        for name, value in (ended | values).items():
            setattr(submission, name, value)
        return True
    if not mine.update(**ended):
        return False
    submission.refresh_from_db()
    return True


def _forget(submission: Submission) -> None:
    """Let the row go, as the SVO has no record, unless the cube has changed meanwhile."""
    mine = Submission.objects.filter(pk=submission.pk, claimed_until=submission.claimed_until)
    if mine.filter(token=submission.token).delete()[0]:
        submission.state, submission.claimed_until = State.SUBMITTED, None
    else:
        submission.location_uri = ""
        _end(submission)
