"""What the admin pages share: rows that only the pipeline writes, and lists that stay fast with millions of rows."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import localize
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from common.bounded_statements import TookTooLong, time_limit

LONGEST_LIST_SECONDS = 10


def utc(moment: datetime | None) -> str:
    """Write a time to the second, in one piece."""
    if moment is None:
        return "–"
    return format_html('<span class="moment">{}</span>', localize(moment))


def beginning(text: str, most: int = 2000) -> str:
    """Return a stored text, or its first characters if it is longer than `most`."""
    return Truncator(text).chars(most) if len(text) > most else text


def status(value: str, label: str, details: str = "") -> SafeString:
    """Write a status with the colour of its value, a word, and details if there are any."""
    after = f": {details}" if details else ""
    return format_html('<span class="status status-{}">{}</span>{}', value, label, after)


class BoundedPaginator(Paginator):
    """Counts up to a bound, because counting a table of millions for each list takes seconds."""

    object_list: QuerySet[Model]
    bound = 10_000

    @cached_property
    def count(self) -> int:
        """The number of rows, at most the bound. Counting needs no order."""
        return self.object_list.order_by()[: self.bound].count()


class FastListAdmin(admin.ModelAdmin):
    """Lists that look at no more rows than they show; the page of a row has the actions of the list.

    Rows are deleted one by one: the action that deletes what is selected is left out. A list that takes longer than
    LONGEST_LIST_SECONDS is refused with a sentence.
    """

    change_form_template = "common/row_page.html"
    change_list_template = "common/live_list.html"

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the actions without the one that deletes."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def fits(self, action: str, obj: Any) -> bool:
        """Return whether an action can do something with a row."""
        return True

    def is_live(self, request: HttpRequest) -> bool:
        """Return whether the list and the pages of its rows refresh themselves."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list; it refreshes itself while `is_live`."""
        context = {**(extra_context or {}), "is_live": self.is_live(request)}
        try:
            if request.method == "POST":
                return super().changelist_view(request, context)
            with time_limit(LONGEST_LIST_SECONDS, self.model._default_manager.db):
                response = super().changelist_view(request, context)
                # The rows are read when the page is drawn.
                return response.render() if isinstance(response, TemplateResponse) else response
        except TookTooLong:
            return self._too_long(request)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Find the rows of the list in time, also before an action; what the action changes takes its time."""
        with time_limit(LONGEST_LIST_SECONDS if request.method == "POST" else None, self.model._default_manager.db):
            return super().get_changelist_instance(request)

    def _too_long(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "This list takes too long",
            "opts": self.opts,
            "seconds": LONGEST_LIST_SECONDS,
        }
        return TemplateResponse(request, "common/list_too_long.html", context, status=503)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Show the page of a row with the actions that fit it."""
        if obj is not None:
            context["row_actions"] = [
                (name, description)
                for _, name, description in self.get_actions(request).values()
                if self.fits(name, obj)
            ]
            context["is_live"] = self.is_live(request)
        return super().render_change_form(request, context, add, change, form_url, obj)


class DeletedWithOwnerMixin:
    """Rows that are deleted with those that they belong to: by themselves they have no page for it.

    Attributes
    ----------
    permissions_on_owners
        Who may delete owners; any of these permissions is enough.
    """

    permissions_on_owners: tuple[str, ...]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may delete owners; False for a row by itself."""
        return not obj and any(map(request.user.has_perm, self.permissions_on_owners))


class ReadOnlyMixin:
    """Rows of the pipeline: staff can view them, but not add or change them."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds rows here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes rows here."""
        return False


class ReadOnlyAdmin(ReadOnlyMixin, FastListAdmin):
    """The page of a model whose rows belong to the pipeline: staff can view them only."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody removes rows here."""
        return False
