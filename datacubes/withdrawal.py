"""Withdraws and restores cubes. A withdrawn cube leaves the lists and the SVO; a page stays at its URL.

A cube is withdrawn by staff, or when another cube takes the place of its file. It is restored by staff, or when its
file is ingested again.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import Signal
from django.utils import timezone

from datacubes.models import DataCube
from datacubes.observations import refresh_observation

withdrawn = Signal()
"""Sent in the transaction that withdraws a cube, with `cube`."""

restored = Signal()
"""Sent in the transaction that restores a cube, with `cube`."""


def withdraw(cube: DataCube, reason: str, replaced_by: str = "") -> None:
    """Withdraw a cube. Needs a transaction, which must refresh the cube's observation afterwards.

    Parameters
    ----------
    cube
        The cube's row.
    reason
        A sentence for the page at the cube's URL.
    replaced_by
        The OID of the cube that took the place of its file; empty if staff withdraw it.
    """
    _save(cube, timezone.now(), reason, replaced_by)
    withdrawn.send(DataCube, cube=cube)


def restore(cube: DataCube) -> None:
    """Restore a withdrawn cube. Needs a transaction, which must refresh the cube's observation afterwards."""
    _save(cube, None, "", "")
    restored.send(DataCube, cube=cube)


def change_all(cubes: QuerySet[DataCube], change: Callable[[DataCube], None]) -> int:
    """Withdraw or restore some hundreds of cubes with their observations, and return the number of cubes."""
    with transaction.atomic():
        rows = list(cubes.select_for_update().order_by("pk"))
        for cube in rows:
            change(cube)
        for observation_id in sorted({cube.observation_id for cube in rows}):
            refresh_observation(observation_id)
    return len(rows)


def _save(cube: DataCube, moment: datetime | None, reason: str, replaced_by: str) -> None:
    cube.withdrawn_at, cube.withdrawal_reason, cube.replaced_by = moment, reason, replaced_by
    cube.save(update_fields=["withdrawn_at", "withdrawal_reason", "replaced_by", "updated_at"])
