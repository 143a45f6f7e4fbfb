"""The admin pages of instruments, observations and tags."""

from django.contrib import admin

from common.admin.base import ReadOnlyAdmin
from datacubes.models import Instrument, Observation, Tag, Vocabulary


@admin.register(Observation)
class ObservationAdmin(ReadOnlyAdmin):
    """Observations, which come, follow and go with their cubes."""

    list_display = ["point_id", "kind", "date_beg", "date_end"]
    list_filter = ["kind"]
    search_fields = ["point_id"]


@admin.register(Instrument)
class InstrumentAdmin(admin.ModelAdmin):
    """The instruments whose cubes are taken."""

    list_display = ["name", "telescope", "description"]
    list_filter = ["telescope"]


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin):
    """The tags in use; they come from headers, and the vocabularies tell which there can be."""

    list_display = ["name", "kind"]
    list_filter = ["kind"]


@admin.register(Vocabulary)
class VocabularyAdmin(ReadOnlyAdmin):
    """The words that may become tags, as they were last read."""

    list_display = ["kind", "source", "read_at", "error"]
