"""The admin pages of the keeper: walks, gone files, audits, incidents."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from common.admin.actions import Selection, confirmed
from common.admin.base import ReadOnlyAdmin, beginning, status, utc
from common.sizes import bytes_with_unit
from keeper.fixity.records import accept
from keeper.models import AuditDay, AuditedFile, GoneFile, Incident, Walk

SHOWN_NAMES = 200


@admin.register(Walk)
class WalkAdmin(ReadOnlyAdmin):
    """The reports of the walks through the storage."""

    _numbers = ("files", "new", "changed", "waiting", "gone", "missing", "returned", "refused")
    list_display = ["started", "state", *_numbers]
    fields = readonly_fields = ("started", "finished", "worker", "state", "folders", *_numbers, "names")

    @admin.display(description="started (UTC)", ordering="started_at")
    def started(self, walk: Walk) -> str:
        """When it began."""
        return utc(walk.started_at)

    @admin.display(description="finished (UTC)")
    def finished(self, walk: Walk) -> str:
        """When it ended."""
        return utc(walk.finished_at)

    @admin.display(description="state")
    def state(self, walk: Walk) -> str:
        """Whether it runs, and why it ended early."""
        if not walk.finished_at:
            return status("started", "Started")
        return status("failed", "Ended early", beginning(walk.error)) if walk.error else status("completed", "Ended")

    @admin.display(description="not posted")
    def names(self, walk: Walk) -> str:
        """The first names that cannot be posted, with the reasons."""
        rows = ((one["what"], one["reason"]) for one in walk.refused_names[:SHOWN_NAMES])
        return format_html("<ul>{}</ul>", format_html_join("", "<li>“{}”: {}</li>", rows)) if walk.refused else "–"


@admin.register(GoneFile)
class GoneFileAdmin(ReadOnlyAdmin):
    """Files of cubes that are not where they were ingested."""

    list_display = ["relative_path", "oid", "state", "noticed"]
    fields = readonly_fields = ("relative_path", "oid", "state", "noticed", "told", "size")
    search_fields = ["relative_path__startswith", "oid__startswith"]

    @admin.display(description="state")
    def state(self, gone: GoneFile) -> str:
        """Whether its cube is shown as missing."""
        return status("failed", "Missing") if gone.told_at else status("pending", "Gone, not for long")

    @admin.display(description="noticed (UTC)", ordering="noticed_at")
    def noticed(self, gone: GoneFile) -> str:
        """When a walk first did not find it."""
        return utc(gone.noticed_at)

    @admin.display(description="shown as missing (UTC)")
    def told(self, gone: GoneFile) -> str:
        """When it was shown as missing."""
        return utc(gone.told_at)


@admin.register(AuditedFile)
class AuditedFileAdmin(ReadOnlyAdmin):
    """The last audit of each file."""

    list_display = ["path", "shown_result", "checked"]
    list_filter = ["result"]
    list_select_related = ["cube", "companion"]
    search_fields = ["sha256", "cube__oid", "companion__oid"]
    fields = readonly_fields = ("path", "oid", "shown_result", "tried", "checked", "sha256", "file_size")

    @admin.display(description="path")
    def path(self, audited: AuditedFile) -> str:
        """Where the file was ingested."""
        return audited.file.relative_path

    @admin.display(description="OID")
    def oid(self, audited: AuditedFile) -> str:
        """The OID of the cube."""
        return audited.file.oid

    @admin.display(description="result", ordering="result")
    def shown_result(self, audited: AuditedFile) -> str:
        """What was found."""
        colour = {"whole": "completed", "damaged": "failed", "unreadable": "failed"}.get(audited.result, "pending")
        return status(colour, audited.get_result_display(), beginning(audited.details))

    @admin.display(description="last tried (UTC)", ordering="tried_at")
    def tried(self, audited: AuditedFile) -> str:
        """When the last audit began."""
        return utc(audited.tried_at)

    @admin.display(description="last read (UTC)", ordering="checked_at")
    def checked(self, audited: AuditedFile) -> str:
        """When the whole file was last read."""
        return utc(audited.checked_at)

    @admin.display(description="size")
    def file_size(self, audited: AuditedFile) -> str:
        """The size of the file whose SHA-256 is recorded."""
        return bytes_with_unit(audited.size)


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """Files whose bits have changed."""

    list_display = ["oid", "shown_state", "found", "relative_path"]
    list_filter = ["state"]
    search_fields = ["oid__startswith", "relative_path__startswith"]
    actions = ["accept"]
    fields = readonly_fields = ("oid", "relative_path", "shown_state", "sentence", "found", "ended", "sha256")

    def has_accept_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may accept incidents, which needs the permission to change them."""
        return request.user.has_perm("keeper.change_incident")

    def fits(self, action: str, obj: Incident) -> bool:
        """Only open incidents are accepted."""
        return obj.state == Incident.State.OPEN

    @admin.display(description="state", ordering="state")
    def shown_state(self, incident: Incident) -> str:
        """Whether it waits for somebody."""
        return status("failed" if incident.state == Incident.State.OPEN else "completed", incident.get_state_display())

    @admin.display(description="found (UTC)", ordering="found_at")
    def found(self, incident: Incident) -> str:
        """When an audit found it."""
        return utc(incident.found_at)

    @admin.display(description="ended or accepted (UTC)")
    def ended(self, incident: Incident) -> str:
        """When it ended, or was accepted."""
        return utc(incident.ended_at)

    @confirmed(
        "Accept",
        "These files are no longer shown as damaged. This damage of theirs is not told again; another one is.",
        permission="accept",
    )
    def accept(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Accept the selected incidents."""
        number = sum(accept([incident.pk for incident in incidents]) for incidents in selection.chunks())
        self.message_user(request, f"{number:,} incidents were accepted.")


@admin.register(AuditDay)
class AuditDayAdmin(ReadOnlyAdmin):
    """How much was audited on each day."""

    list_display = ["day", "files", "read", "errors"]
    fields = readonly_fields = ("day", "files", "read", "errors")
    date_hierarchy = "day"

    @admin.display(description="read", ordering="bytes")
    def read(self, day: AuditDay) -> str:
        """The bytes that were read."""
        return bytes_with_unit(day.bytes)
