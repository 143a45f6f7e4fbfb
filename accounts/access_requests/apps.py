"""The app of requests for access."""

from django.apps import AppConfig


class AccessRequestsConfig(AppConfig):
    """Requests for access."""

    name = "accounts.access_requests"
    verbose_name = "Requests for access"

    def ready(self) -> None:
        """Let the page of a cube show the request of the person."""
        from accounts.access_requests.asking import asked_at
        from catalogue import access_requests

        access_requests.asked_at.fill(asked_at)
