"""What the admin pages share: rows that only the pipeline writes, and lists that stay fast."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import cached_property


class BoundedPaginator(Paginator):
    """Counts no further than people page: counting a table of millions for each look at a list takes seconds."""

    bound = 10_000

    @cached_property
    def count(self) -> int:
        """The number of rows, at most the bound."""
        return self.object_list[: self.bound].count()


class ReadOnlyMixin:
    """Rows that can be looked at, not added or changed: the pipeline owns them."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds rows here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes rows here."""
        return False


class ReadOnlyAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """The page of a model whose rows the pipeline owns; they are shown, and cannot be removed either."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody removes rows here."""
        return False
