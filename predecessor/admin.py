"""The admin page of what sst_archive knew of its cubes."""

from django.contrib import admin

from common.admin.base import ReadOnlyAdmin
from predecessor.models import ImportedCube


@admin.register(ImportedCube)
class ImportedCubeAdmin(ReadOnlyAdmin):
    """Cubes of sst_archive: their original data class, and which of them still wait for their file."""

    list_display = ["oid", "original_data_class", "is_applied"]
    list_filter = ["is_applied", "original_data_class"]
    search_fields = ["oid__startswith"]
    search_help_text = "The beginning of an OID."
