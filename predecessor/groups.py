"""Brings the groups of sst_archive."""

from django.contrib.auth.models import Group

from common.errors import PermanentError
from predecessor.checks import clean_name
from predecessor.report import Report

MAX_NAME_LENGTH = 150

HAS_PERMISSIONS = "groups: the group here has permissions; its members and grants are left to staff"
LOOKS_ALIKE = "groups: a group here has nearly the same name"


def plan_groups(names: dict[int, str], report: Report) -> dict[int, str]:
    """Return the group here of each number there, as far as its members and grants are taken over.

    A group that gives permissions here is left out, because nobody is to gain them by an import.

    Parameters
    ----------
    names
        The names there by their numbers.
    """
    here = {group.name: group for group in Group.objects.prefetch_related("permissions")}
    folded = {name.casefold(): name for name in here}
    groups: dict[int, str] = {}
    for number, raw in names.items():
        try:
            name = clean_name(raw, MAX_NAME_LENGTH)
        except PermanentError as refused:
            report.refuse(f"groups: {refused}", raw)
            continue
        if not name:
            report.refuse("groups: the name is empty", number)
        elif name in here and here[name].permissions.all():
            report.refuse(HAS_PERMISSIONS, name)
        elif folded.setdefault(name.casefold(), name) != name:
            report.refuse(LOOKS_ALIKE, name)
        else:
            groups[number] = name
    return groups


def make_groups(names: set[str], report: Report, *, is_plan: bool) -> None:
    """Make the groups that are missing here, without permissions."""
    missing = names - set(Group.objects.filter(name__in=names).values_list("name", flat=True))
    report.took("groups made", len(missing))
    if not is_plan:
        Group.objects.bulk_create((Group(name=name) for name in sorted(missing)), ignore_conflicts=True)
