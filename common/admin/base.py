"""What the admin pages share: rows that only the pipeline writes, and lists that stay fast with millions of rows."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.text import Truncator


def utc(moment: datetime | None) -> str:
    """Write a time to the second, in one piece."""
    if moment is None:
        return "–"
    return format_html('<span class="moment">{}</span>', localize(moment))


def beginning(text: str, most: int = 2000) -> str:
    """Return a stored text, or its first characters if it is longer than `most`."""
    return Truncator(text).chars(most) if len(text) > most else text


class BoundedPaginator(Paginator):
    """Counts no further than people page: counting a table of millions for each look at a list takes seconds."""

    object_list: QuerySet[Model]
    bound = 10_000

    @cached_property
    def count(self) -> int:
        """The number of rows, at most the bound. Which of them are counted does not matter, so none are sorted."""
        return self.object_list.order_by()[: self.bound].count()


class FastListAdmin(admin.ModelAdmin):
    """Lists that look at no more rows than they show, and no action that would delete what is selected.

    A deletion lists everything that goes with each row. Nobody can read that for thousands of rows, so rows are deleted
    one by one.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    class Media:
        css = {"all": ["common/admin.css"]}

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the actions without the one that deletes."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class ReadOnlyMixin:
    """Rows that can be looked at, not added or changed: the pipeline owns them."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds rows here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes rows here."""
        return False


class ReadOnlyAdmin(ReadOnlyMixin, FastListAdmin):
    """The page of a model whose rows the pipeline owns; they are shown, and cannot be removed either."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody removes rows here."""
        return False
