"""``manage.py update_vocabularies``: reads the vocabularies of tags again, and tags the cubes that have new words."""

from typing import Any

from django.core.management.base import BaseCommand

from datacubes.models import Tag, Vocabulary
from datacubes.vocabulary_update import update_vocabulary


class Command(BaseCommand):
    """Runs beat's daily update of the vocabularies now."""

    help = "Read the vocabularies of tags again, and tag the cubes whose headers have new words."

    def handle(self, *args: Any, **options: Any) -> None:
        for kind in Tag.Kind:
            given = update_vocabulary(kind)
            copy = Vocabulary.objects.get(kind=kind)
            self.stdout.write(f"{kind.label}s: {len(copy.words)} words, {given} tags given to cubes.")
            if copy.error:
                self.stderr.write(copy.error)
