"""The app of people's accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts."""

    name = "accounts"
    verbose_name = "Tokens and profiles"  # Django and allauth have an “Accounts”, too.

    def ready(self) -> None:
        """Connect the signals, and say which addresses of a person count for grants."""
        from accounts import addresses, signals  # noqa: F401
        from datacubes import permissions

        permissions.verified_addresses.fill(addresses.verified_addresses)
