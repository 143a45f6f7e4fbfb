"""The app of the mail that waits to be sent."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Mail."""

    name = "common.mail"
    verbose_name = "Mail"

    def ready(self) -> None:
        """Register the check."""
        from common.mail import checks  # noqa: F401
