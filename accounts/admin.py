"""The admin page of the tokens of the API."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import APIToken
from common.admin.base import FastListAdmin


@admin.register(APIToken)
class APITokenAdmin(FastListAdmin):
    """Tokens by name. The token itself is stored nowhere; people make their own, and `make_pipeline_account` others."""

    list_display = ["name", "user", "created_at", "last_used_at", "waits_for_result"]
    list_select_related = ["user"]
    search_fields = ["name__startswith", "user__username__startswith"]
    search_help_text = "The beginning of a token's name, or of its account's."
    fields = ["name", "user", "waits_for_result", "created_at", "last_used_at"]
    readonly_fields = ["name", "user", "created_at", "last_used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody makes tokens here: the page would show them."""
        return False
