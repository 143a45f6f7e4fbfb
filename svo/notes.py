"""What the SVO is to be told is noted in the transaction that changes the cube, and sent by workers afterwards."""

from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from datacubes.models import DataCube
from svo.models import Submission
from svo.tasks import wake_sender

Action = Submission.Action


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
    _note(oid, dataset, Action.SUBMIT, forget_digest=send_again, wake=wake)


def note_removal(cube: DataCube) -> None:
    """Note that the SVO is to remove a cube, if it was ever told of it."""
    submission = Submission.objects.filter(oid=cube.oid).first()
    if submission is not None:
        _note(cube.oid, submission.dataset, Action.REMOVE, forget_digest=True)


def note_again(submission: Submission) -> None:
    """Note that a submission is to be sent once more, whatever became of it."""
    _note(submission.oid, submission.dataset, Action(submission.action), forget_digest=True)


def _note(oid: str, dataset: str, action: Submission.Action, *, forget_digest: bool, wake: bool = True) -> None:
    row = Submission(oid=oid, dataset=dataset, action=action, token=uuid4(), due_at=timezone.now())
    fields = ["dataset", "action", "state", "token", "error", "attempts", "due_at", "updated_at"]
    Submission.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["oid"],
        update_fields=[*fields, "digest"] if forget_digest else fields,
    )
    if wake:
        transaction.on_commit(wake_sender)
