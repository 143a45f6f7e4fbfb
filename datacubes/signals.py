"""What must hold whichever way a cube goes: command, admin, shell."""

from django.db.models.signals import post_delete
from django.dispatch import receiver

from datacubes.models import DataCube
from datacubes.observations import refresh_observation


@receiver(post_delete, sender=DataCube)
def follow_deleted_cube(sender: type[DataCube], instance: DataCube, **kwargs: object) -> None:
    """Let the observation of a deleted cube follow the cubes that are left, or go with its last."""
    refresh_observation(instance.observation_id)
