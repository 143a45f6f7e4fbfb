"""Cleans up after a deleted cube, whether a command, the admin or a shell deletes it."""

from django.db.models import Model
from django.db.models.signals import post_delete
from django.dispatch import receiver

from datacubes.media import remove_files_after_commit
from datacubes.models import DataCube, ImagePreview, VideoPreview
from datacubes.observations import refresh_observation


@receiver(post_delete, sender=DataCube)
def follow_deleted_cube(sender: type[DataCube], instance: DataCube, **kwargs: object) -> None:
    """Update the observation of a deleted cube, or remove it with its last cube."""
    refresh_observation(instance.observation_id)


@receiver(post_delete, sender=ImagePreview)
@receiver(post_delete, sender=VideoPreview)
def remove_preview_files(sender: type[Model], instance: Model, **kwargs: object) -> None:
    """Remove the files of a preview when its row is deleted."""
    remove_files_after_commit(instance)
