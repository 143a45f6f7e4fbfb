"""What the SVO is to be told is noted in the transaction that changes the cube, and sent by workers afterwards."""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from common.hooks import Hook
from svo.models import Submission

Action, State = Submission.Action, Submission.State

wake_sender: Hook[[], None] = Hook("wake a worker that sends submissions to the SVO")


def note_change(oid: str, dataset: str, *, send_again: bool = False, wake: bool = True) -> None:
    """Note that the SVO is to be told of a cube.

    Parameters
    ----------
    dataset
        The name of its dataset.
    send_again
        Send it even if it is the same as what was last sent.
    wake
        Wake a worker for it; not for what the caller sends at once.
    """
    row = Submission(oid=oid, dataset=dataset)
    fields = ["action", "state", "token", "error", "attempts", "due_at", "updated_at"]
    Submission.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["oid", "dataset"],
        update_fields=[*fields, "digest"] if send_again else fields,
    )
    if wake:
        transaction.on_commit(wake_sender, robust=True)


def note_removal(oid: str) -> None:
    """Note that the SVO is to remove a cube, wherever it was told of it.

    Nobody is woken: thousands of cubes may go in one transaction, and the next sweep is soon enough.
    """
    note_again(Submission.objects.filter(oid=oid), action=Action.REMOVE)


def note_former_datasets(oid: str, dataset: str) -> None:
    """Note that the SVO is to remove a cube from all datasets but the one where it is now."""
    former = Submission.objects.filter(oid=oid, action=Action.SUBMIT).exclude(dataset=dataset)
    note_again(former, action=Action.REMOVE)


def note_record_removal(oid: str, dataset: str, location_uri: str | None) -> Submission:
    """Note that the SVO is to remove a record, which may be none of ours, with its location if that is to go.

    Workers take it up after a minute: whoever notes it is about to remove it himself.
    """
    values = _anew() | {"action": Action.REMOVE, "due_at": timezone.now() + timedelta(minutes=1)}
    if location_uri is not None:
        values["location_uri"] = location_uri
    return Submission.objects.update_or_create(oid=oid, dataset=dataset, defaults=values)[0]


def note_again(submissions: QuerySet[Submission], **values: object) -> None:
    """Note that these, with other values for some fields, are to be sent whatever became of them. Nobody is woken."""
    submissions.update(**_anew(), **values)


def _anew() -> dict[str, object]:
    """Return the fields of a submission of which nothing has been sent."""
    now = timezone.now()
    return {
        "state": State.PENDING,
        "token": uuid4(),
        "digest": "",
        "error": "",
        "attempts": 0,
        "due_at": now,
        "updated_at": now,
    }
