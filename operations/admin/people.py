"""The admin pages of accounts and groups: Django's own, with what a person or the members of a group may see."""

from collections.abc import Iterable

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.counting import Count, count
from datacubes.models import EmailGrant, GroupGrant
from datacubes.permissions import DOWNLOAD_RESTRICTED, verified_addresses

SHOWN_CUBES = 5
SHOWN_GROUPS = 20
SHOWN_MEMBERS = 20


class PersonAdmin(UserAdmin):
    """Accounts, with the restricted cubes that their holders may see, and why."""

    fieldsets = (
        *(UserAdmin.fieldsets or ())[:2],
        ("What this person may see", {"fields": ["may_see"]}),
        *(UserAdmin.fieldsets or ())[2:],
    )
    readonly_fields = ("may_see", "last_login", "date_joined")

    @admin.display(description="restricted cubes")
    def may_see(self, person: User) -> str:
        """Each reason for access: permission, address, groups; with the number of cubes and the first of them."""
        reasons = [_by_permission(person)] if person.has_perm(DOWNLOAD_RESTRICTED) else []
        addresses = verified_addresses(person)
        reasons += [_by_address(address) for address in addresses]
        if person.email and person.email.lower() not in addresses:
            reasons.append(
                format_html("{}. The address is not verified: its grants do not count yet.", _by_address(person.email))
            )
        groups = list(person.groups.order_by("name")[: SHOWN_GROUPS + 1])
        reasons += [_by_group(group) for group in groups[:SHOWN_GROUPS]]
        if len(groups) > SHOWN_GROUPS:
            reasons.append(format_html("{}", "More groups are below."))
        if not person.is_active:
            reasons.insert(0, format_html("{}", "The account is not active: its holder cannot log in."))
        return _list(reasons) or "Only what everybody may see."


class MembersAdmin(GroupAdmin):
    """Groups, with the cubes that they are granted and their members."""

    fields = ("name", "cubes", "members", "permissions")
    readonly_fields = ("cubes", "members")

    @admin.display(description="may see")
    def cubes(self, group: Group) -> str:
        """The number of cubes that the group is granted, and the first of them."""
        return _by_group(group) if group.pk else "–"

    @admin.display(description="members")
    def members(self, group: Group) -> str:
        """The first members, with links, and a link to all."""
        if not group.pk:
            return "–"
        people = User.objects.filter(groups=group)
        shown = ((_page("auth_user", person.pk), person) for person in people.order_by("username")[:SHOWN_MEMBERS])
        everyone = reverse("admin:auth_user_changelist", query={"groups__id__exact": group.pk})
        return format_html(
            '<a href="{}">{}</a>: {}',
            everyone,
            _number(count(people), "member"),
            format_html_join(", ", '<a href="{}">{}</a>', shown) or "–",
        )


def _by_permission(person: User) -> SafeString:
    why = "a superuser" if person.is_superuser else "the permission “Can download restricted”"
    return format_html("Every cube, as {}.", why)


def _by_address(email: str) -> SafeString:
    grants = EmailGrant.objects.to(email)
    link = reverse("admin:datacubes_emailgrant_changelist", query={"address": email})
    return _grants("Address", email, grants, link)


def _by_group(group: Group) -> SafeString:
    link = reverse("admin:datacubes_groupgrant_changelist", query={"group": group.pk})
    return _grants("Group", group.name, GroupGrant.objects.filter(group=group), link)


def _grants(kind: str, name: str, grants: QuerySet[EmailGrant] | QuerySet[GroupGrant], link: str) -> SafeString:
    """Write how many cubes some grants open, with a link to the grants and to the first cubes."""
    oids = grants.order_by("-cube_id").values_list("cube_id", "cube__oid")[:SHOWN_CUBES]
    cubes = format_html_join(", ", '<a href="{}">{}</a>', ((_page("datacubes_datacube", pk), oid) for pk, oid in oids))
    return format_html('{} {}: <a href="{}">{}</a>{}', kind, name, link, _number(count(grants), "cube"), _after(cubes))


def _after(cubes: SafeString) -> SafeString:
    return format_html(", the newest {}", cubes) if cubes else SafeString("")


def _number(number: Count, unit: str) -> str:
    return f"{number} {unit}{'' if number.number == 1 else 's'}"


def _page(model: str, pk: int) -> str:
    return reverse(f"admin:{model}_change", args=[pk])


def _list(items: Iterable[SafeString]) -> SafeString:
    rows = [(item,) for item in items]
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", rows)) if rows else SafeString("")


admin.site.unregister(User)
admin.site.unregister(Group)
admin.site.register(User, PersonAdmin)
admin.site.register(Group, MembersAdmin)
