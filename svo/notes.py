"""Queues submissions in the transaction that changes the cube; workers send them afterwards."""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from common.hooks import Hook
from datacubes.models import DataCube
from svo.datasets import dataset_name, is_configured
from svo.models import Submission

Action, State = Submission.Action, Submission.State

wake_sender: Hook[[], None] = Hook("wake a worker that sends submissions to the SVO")


def note_change(oid: str, dataset: str, *, send_again: bool = False, wake: bool = True) -> None:
    """Queue a cube to be sent to the SVO.

    Parameters
    ----------
    dataset
        The name of the cube's dataset.
    send_again
        Send the cube even if it equals what was last sent.
    wake
        Wake a worker. False if the caller sends the cube itself.
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


def note_cube(cube: DataCube) -> None:
    """Queue a cube to be sent to the SVO, if one is configured and the cube's instrument is not left out."""
    dataset = dataset_name(cube.instrument)
    if is_configured() and dataset is not None:
        note_change(cube.oid, dataset)


def note_removal(oid: str) -> None:
    """Queue the removal of a cube from all datasets of the SVO.

    No worker is woken, because one transaction may remove thousands of cubes and the next sweep is soon enough.
    """
    note_again(Submission.objects.filter(oid=oid), action=Action.REMOVE)


def note_former_datasets(oid: str, dataset: str) -> None:
    """Queue the removal of a cube from all datasets except its current one."""
    former = Submission.objects.filter(oid=oid, action=Action.SUBMIT).exclude(dataset=dataset)
    note_again(former, action=Action.REMOVE)


def note_record_removal(oid: str, dataset: str, location_uri: str | None) -> Submission:
    """Queue the removal of a record, which the archive may not have made, and of a location if one is given.

    Workers wait a minute before they claim it, because the caller is about to remove the record itself.
    """
    values = _anew() | {"action": Action.REMOVE, "due_at": timezone.now() + timedelta(minutes=1)}
    if location_uri is not None:
        values["location_uri"] = location_uri
    return Submission.objects.update_or_create(oid=oid, dataset=dataset, defaults=values)[0]


def note_again(submissions: QuerySet[Submission], **values: object) -> None:
    """Queue submissions again, regardless of their state, and set some fields. No worker is woken."""
    submissions.update(**_anew(), **values)


def _anew() -> dict[str, object]:
    """Return the fields of a new pending submission."""
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
