"""What must hold whichever way a cube goes: command, admin, shell."""

from django.db.models import Model
from django.db.models.signals import post_delete
from django.dispatch import receiver

from datacubes.media import remove_files_after_commit
from datacubes.models import DataCube, ImagePreview, VideoPreview
from datacubes.observations import refresh_observation


@receiver(post_delete, sender=DataCube)
def follow_deleted_cube(sender: type[DataCube], instance: DataCube, **kwargs: object) -> None:
    """Let the observation of a deleted cube follow the cubes that are left, or go with its last."""
    refresh_observation(instance.observation_id)


@receiver(post_delete, sender=ImagePreview)
@receiver(post_delete, sender=VideoPreview)
def remove_preview_files(sender: type[Model], instance: Model, **kwargs: object) -> None:
    """Let the files of a preview go with its row."""
    remove_files_after_commit(instance)
