"""The admin page of events."""

from django.contrib import admin

from common.admin.base import ReadOnlyAdmin, beginning, utc
from keeper.events.models import Event


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Events, newest first."""

    list_display = ["number", "kind", "what", "beginning_of_message", "occurred"]
    list_filter = ["kind"]
    fields = readonly_fields = ("number", "kind", "oid", "path", "message", "occurred")
    sortable_by = ["number"]

    @admin.display(description="cube or file")
    def what(self, event: Event) -> str:
        """What the event is of."""
        return event.oid or event.path

    @admin.display(description="message")
    def beginning_of_message(self, event: Event) -> str:
        """The beginning of the message."""
        return beginning(event.message, 200)

    @admin.display(description="occurred (UTC)")
    def occurred(self, event: Event) -> str:
        """When it happened."""
        return utc(event.occurred_at)
