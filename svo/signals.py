"""What must hold whichever way a cube goes: the SVO is told."""

from django.db.models.signals import post_delete
from django.dispatch import receiver

from datacubes.models import DataCube
from svo.notes import note_removal


@receiver(post_delete, sender=DataCube)
def remove_from_svo(sender: type[DataCube], instance: DataCube, **kwargs: object) -> None:
    """Note the removal in the transaction that deletes the cube."""
    note_removal(instance.oid)
