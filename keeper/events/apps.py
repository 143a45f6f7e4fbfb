"""The app of events."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Events, their list in the API, and the Atom feed."""

    name = "keeper.events"
    verbose_name = "Events"

    def ready(self) -> None:
        """Record what the rooms below say of cubes and orders."""
        from keeper.events import listeners  # noqa: F401
