"""``manage.py update_vocabularies``: read the vocabularies of tags again, and tag the cubes that have new words."""

from typing import Any

from django.core.management.base import BaseCommand

from datacubes.models import Tag, Vocabulary
from datacubes.vocabulary_update import update_vocabulary


class Command(BaseCommand):
    """What beat does every day, now."""

    help = "Read the vocabularies of tags again, and tag the cubes whose headers have new words."

    def handle(self, *args: Any, **options: Any) -> None:
        """Update both vocabularies."""
        for kind in Tag.Kind:
            given = update_vocabulary(kind)
            copy = Vocabulary.objects.get(kind=kind)
            self.stdout.write(f"{kind.label}s: {len(copy.words)} words, {given} tags given to cubes.")
            if copy.error:
                self.stderr.write(copy.error)
