"""The admin pages of tokens and profiles."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import APIToken, Profile
from common.admin.base import DeletedWithOwnerMixin, FastListAdmin


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


@admin.register(Profile)
class ProfileAdmin(DeletedWithOwnerMixin, FastListAdmin):
    """What people say of themselves, and whether their e-mail address is to be verified again."""

    permissions_on_owners = ("auth.delete_user",)
    list_display = ["user", "affiliation", "purpose", "email_verified_at", "is_exempt", "awaits_verification"]
    list_filter = ["is_exempt", "awaits_verification"]
    list_select_related = ["user"]
    search_fields = ["user__username__startswith", "user__email__istartswith", "affiliation__istartswith"]
    search_help_text = "The beginning of a username, an e-mail address or an affiliation."
    fields = ["user", "affiliation", "purpose", "email_verified_at", "is_exempt", "awaits_verification", "reminded_at"]
    readonly_fields = ["user", "awaits_verification", "reminded_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Profiles come with sign-ups and verified addresses."""
        return False
