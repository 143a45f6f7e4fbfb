"""The admin pages of observations, tags and vocabularies."""

from django.contrib import admin

from common.admin.base import ReadOnlyAdmin
from datacubes.models import Observation, Tag, Vocabulary


@admin.register(Observation)
class ObservationAdmin(ReadOnlyAdmin):
    """Observations, read-only because ingestion creates, updates and removes them with their cubes."""

    list_display = ["point_id", "kind", "date_beg", "date_end"]
    list_filter = ["kind"]
    search_fields = ["point_id"]


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin):
    """The tags in use, read-only because they come from headers and vocabularies."""

    list_display = ["name", "kind"]
    list_filter = ["kind"]


@admin.register(Vocabulary)
class VocabularyAdmin(ReadOnlyAdmin):
    """The words that may become tags, as of the last reading."""

    list_display = ["kind", "source", "read_at", "error"]
