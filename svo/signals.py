"""Queues SVO submissions when a cube is deleted, withdrawn or restored, from any part of the archive."""

from django.db.models.signals import post_delete
from django.dispatch import receiver

from datacubes.models import DataCube
from datacubes.withdrawal import restored, withdrawn
from svo.notes import note_cube, note_removal


@receiver(post_delete, sender=DataCube)
def remove_from_svo(sender: type[DataCube], instance: DataCube, **kwargs: object) -> None:
    """Queue the removal in the transaction that deletes the cube."""
    note_removal(instance.oid)


@receiver(withdrawn)
def remove_withdrawn_from_svo(sender: type[DataCube], cube: DataCube, **kwargs: object) -> None:
    """Queue the removal in the transaction that withdraws the cube."""
    note_removal(cube.oid)


@receiver(restored)
def return_to_svo(sender: type[DataCube], cube: DataCube, **kwargs: object) -> None:
    """Queue the cube in the transaction that restores it."""
    note_cube(cube)
