"""The admin pages of grants: who may see which restricted cube, found by address, by group, and taken away."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from common.admin.actions import Selection, confirmed
from common.admin.base import DeletedWithOwnerMixin, FastListAdmin
from datacubes.models import DataCube, EmailGrant, GroupGrant

SHOWN_GROUPS = 50


class AddressFilter(admin.SimpleListFilter):
    """Grants to one address, in any case; shown only if the address of the page names it."""

    title = "address"
    parameter_name = "address"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        chosen = request.GET.get(self.parameter_name)
        return [(chosen, chosen[:254])] if chosen else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[EmailGrant]) -> QuerySet[EmailGrant]:
        address = self.value()
        return queryset.filter(pk__in=EmailGrant.objects.to(address)) if address else queryset


class CubeFilter(admin.SimpleListFilter):
    """Grants of one cube, by its primary key; shown only if the address of the page names it."""

    title = "cube"
    parameter_name = "cube"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        chosen = request.GET.get(self.parameter_name)
        return [(chosen, f"cube {chosen[:20]}")] if chosen else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(cube=int(self.value() or 0)) if self.value() else queryset


class GroupFilter(admin.SimpleListFilter):
    """Grants to one group."""

    title = "group"
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        groups = Group.objects.order_by("name").values_list("pk", "name")
        names = [(str(pk), name) for pk, name in groups[:SHOWN_GROUPS]]
        chosen = request.GET.get(self.parameter_name, "")
        if chosen and chosen not in dict(names) and chosen.isascii() and chosen.isdigit():
            names += [(str(pk), name) for pk, name in groups.filter(pk=int(chosen))]
        return names

    def queryset(self, request: HttpRequest, queryset: QuerySet[GroupGrant]) -> QuerySet[GroupGrant]:
        return queryset.filter(group=int(self.value() or 0)) if self.value() else queryset


class GrantAdmin(DeletedWithOwnerMixin, FastListAdmin):
    """Grants, the newest cubes first. They are made on the pages of cubes.

    An action takes them away, which locks the cubes.
    """

    permissions_on_owners = ("datacubes.delete_datacube", "auth.delete_group")

    list_display_links = None
    list_select_related = ["cube__access"]
    ordering = ["-cube_id"]
    sortable_by = ()
    actions = ["take_away"]
    readonly_fields = ("cube",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Grants are made on the page of a cube, and for many cubes by the action of their list."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A grant is given or taken away, never changed."""
        return False

    def has_take_away_permission(self, request: HttpRequest) -> bool:
        """People who may delete grants may take them away."""
        return request.user.has_perm(f"datacubes.delete_{self.opts.model_name}")

    @confirmed(
        "Take access away",
        "These grants are deleted. Their holders keep the access that they have for other reasons.",
        permission="take_away",
    )
    def take_away(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Delete the selected grants, with their cubes locked as an ingestion locks them."""
        number = 0
        for grants in selection.chunks():
            with transaction.atomic():
                ids = sorted(set(grants.values_list("cube_id", flat=True)))
                cubes = DataCube.every.select_for_update().filter(pk__in=ids).order_by("pk")
                LogEntry.objects.log_actions(int(request.user.pk or 0), cubes, CHANGE, "Took access away.")
                number += grants.order_by().delete()[0]
        self.message_user(request, f"{number:,} taken away.")

    @admin.display(description="cube")
    def cube_link(self, grant: EmailGrant | GroupGrant) -> str:
        """The cube, with a link to its page."""
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:datacubes_datacube_change", args=[grant.cube_id]), grant.cube.oid
        )

    @admin.display(description="cube is")
    def release(self, grant: EmailGrant | GroupGrant) -> str:
        """Since when the cube needs no grant, or whether it is withdrawn."""
        if grant.cube.withdrawn_at:
            return "withdrawn"
        return str(grant.cube.access)


@admin.register(EmailGrant)
class EmailGrantAdmin(GrantAdmin):
    """Grants by e-mail address."""

    list_display = ["email", "cube_link", "release"]
    list_filter = [AddressFilter, CubeFilter]
    search_fields = ["email__icontains"]
    search_help_text = "An e-mail address, or any part of one."
    fields = ["email", "cube"]


@admin.register(GroupGrant)
class GroupGrantAdmin(GrantAdmin):
    """Grants by group."""

    list_display = ["group", "cube_link", "release"]
    list_filter = [GroupFilter, CubeFilter]
    list_select_related = ["cube__access", "group"]
    search_fields = ["group__name__icontains"]
    search_help_text = "The name of a group, or any part of one."
    fields = ["group", "cube"]
