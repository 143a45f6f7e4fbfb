"""The app of webhooks."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Webhooks, and the callbacks of orders."""

    name = "keeper.webhooks"
    verbose_name = "Webhooks"

    def ready(self) -> None:
        """Queue deliveries for events and for orders that end."""
        from keeper.webhooks import queueing, tasks

        queueing.wake_sender.fill(tasks.wake_sender)
