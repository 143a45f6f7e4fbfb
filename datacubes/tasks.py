"""The Celery tasks of the archive's holdings."""

from celery import shared_task

from datacubes.models import Tag


@shared_task
def update_vocabularies() -> None:
    """Read the vocabularies of tags again; beat sends this daily."""
    from datacubes.vocabulary_update import update_vocabulary  # Slow to import, by its HTTP client.

    for kind in Tag.Kind:
        update_vocabulary(kind)
