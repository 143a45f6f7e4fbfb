"""Parts of the admin page of cubes: the rows that belong to a cube, and the filters of the list."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from catalogue.links import header_path
from common.admin.base import ReadOnlyMixin
from common.admin.inlines import TableInline
from datacubes.models import AccessRules, DataCube, EmailGrant, FITSHeader, GroupGrant, Metadata

if TYPE_CHECKING:
    from django.contrib.admin.filters import _ListFilterChoices


class AccessRulesInline(admin.StackedInline):
    """The release, which staff may change."""

    model = AccessRules
    can_delete = False
    fields = ["release_date", "release_comment"]


class EmailGrantInline(TableInline):
    """Grants by e-mail address. The form of the cube takes new ones, several at once."""

    model = EmailGrant

    def has_add_permission(self, request: HttpRequest, obj: DataCube | None = None) -> bool:
        """A row would take one address only."""
        return False


class GroupGrantInline(TableInline):
    """Grants by group."""

    model = GroupGrant


class MetadataInline(ReadOnlyMixin, admin.StackedInline):
    """Metadata from the header."""

    model = Metadata
    can_delete = False
    exclude = ["keywords"]


class FITSHeaderInline(ReadOnlyMixin, admin.StackedInline):
    """The header, card by card."""

    model = FITSHeader
    classes = ["collapse"]
    can_delete = False
    fields = readonly_fields = ("cards",)

    @admin.display(description="Cards")
    def cards(self, header: FITSHeader) -> str:
        """The first cards, and a link to all of them."""
        text, more = header.first_lines()
        return format_html(
            '<pre tabindex="0" role="region" aria-label="Cards">{}</pre><p>{}<a href="{}">Whole header</a></p>',
            text,
            f"{more} more not shown. " if more else "",
            header_path(header.cube.oid),
        )


class ReleaseFilter(admin.SimpleListFilter):
    """Cubes by what their release date says today."""

    title = "release"
    parameter_name = "release"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("public", "Public"), ("later", "Public later"), ("restricted", "Restricted, without a date")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DataCube]) -> QuerySet[DataCube]:
        """Select the cubes of the choice."""
        today = timezone.now().date()
        match self.value():
            case "public":
                return queryset.filter(access__release_date__lte=today)
            case "later":
                return queryset.filter(access__release_date__gt=today)
            case "restricted":
                return queryset.filter(access__release_date=None)
        return queryset


class StateFilter(admin.SimpleListFilter):
    """Cubes that are listed, unless others are asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Return the choices besides the default."""
        return [("missing", "File missing"), ("withdrawn", "Withdrawn"), ("every", "Every")]

    def choices(self, changelist: ChangeList) -> Iterator["_ListFilterChoices"]:
        """Name the default, which leaves withdrawn cubes out."""
        default, *others = super().choices(changelist)
        default["display"] = "Listed"
        return iter([default, *others])

    def queryset(self, request: HttpRequest, queryset: QuerySet[DataCube]) -> QuerySet[DataCube]:
        """Select the cubes of the choice."""
        match self.value():
            case "missing":
                return queryset.filter(withdrawn_at=None, missing_since__isnull=False)
            case "withdrawn":
                return queryset.filter(withdrawn_at__isnull=False)
            case "every":
                return queryset
        return queryset.filter(withdrawn_at=None)


class WithdrawalForm(forms.Form):
    """Why cubes are withdrawn."""

    reason = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text="A sentence for the page that stays.",
    )
