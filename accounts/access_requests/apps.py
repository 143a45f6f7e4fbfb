"""The app of requests for access."""

from django.apps import AppConfig


class AccessRequestsConfig(AppConfig):
    """Requests for access."""

    name = "accounts.access_requests"
    verbose_name = "Requests for access"
