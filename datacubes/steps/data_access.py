"""The step `data_access`: the release date of a cube, and who may download it before that."""

from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter

from django.contrib.auth.models import Group

from cubefile.dates import parse_date
from datacubes.inheritance import inherit
from datacubes.models import AccessRules, DataCube, EmailGrant, GroupGrant
from datacubes.steps.base import CubeRows, Material, Outcome, Step

SWEDISH_USERS = "Swedish User"
_AS_BEFORE = "Release and grants are as before."

_rules = attrgetter("release_date", "release_comment")
_header = attrgetter("header_release_date", "header_release_comment", "named_release_date", "release_set_by_staff")


@dataclass(frozen=True)
class HeaderRelease:
    """The release in a header: RELEASE as a date, or None without RELEASE, and RELEASEC.

    Attributes
    ----------
    is_as_before
        Whether the cube's rules already follow it.
    """

    day: date | None
    comment: str
    is_as_before: bool = False


class DataAccessStep(Step[HeaderRelease]):
    """Applies the header's release, the request's grants, and what an earlier archive knew of a new cube.

    It always runs, because the request may name new grants. A release date or comment that staff set stays until the
    header names a new day.
    """

    name = "data_access"

    def read(self, material: Material) -> HeaderRelease:
        """Read RELEASE and RELEASEC. Raises a PermanentError if RELEASE is not a date."""
        header = material.cube_file.image.header
        release, comment = header.get("RELEASE"), header.get("RELEASEC")
        found = HeaderRelease(
            day=None if release in (None, "") else parse_date("RELEASE", release),
            comment=comment.strip() if isinstance(comment, str) else "",
        )
        access = getattr(material.seen, "access", None)
        if not access:
            return found
        before = _rules(access), _header(access)
        _follow_header(access, found)
        return replace(found, is_as_before=before == (_rules(access), _header(access)))

    def write(self, rows: CubeRows, values: HeaderRelease) -> tuple[Outcome, str]:
        """Update the rules and grants that differ."""
        changes = []
        cube, request = rows.cube, rows.material.request
        asked = request.owner_email_addresses, request.swedish_data, request.oid
        if values.is_as_before and asked == (None, None, None):
            return Outcome.SKIPPED, _AS_BEFORE
        access = None if rows.created else getattr(cube, "access", None)
        is_new = access is None
        access = access or AccessRules(cube=cube)
        rules, header = _rules(access), _header(access)
        _follow_header(access, values)
        if rules != _rules(access):
            changes.append("release")
        if rows.created:
            access.insert_before_metadata()
        elif is_new or changes or header != _header(access):
            access.save(force_insert=is_new)
        if request.owner_email_addresses is not None and _replace_email_grants(cube, request.owner_email_addresses):
            changes.append("grants by e-mail address")
        if request.swedish_data is not None and _grant_group(cube, SWEDISH_USERS, granted=request.swedish_data):
            changes.append(f"grant of the group {SWEDISH_USERS}")
        if rows.created or request.oid is not None:
            changes += inherit(cube, rows.material.cube_file.image.header.get, rows.created)
        if rows.created or changes:
            return Outcome.UPDATED, f"Changed: {', '.join(changes)}." if changes and not rows.created else ""
        return Outcome.SKIPPED, _AS_BEFORE


def _follow_header(access: AccessRules, release: HeaderRelease) -> None:
    """Update the rules from a header whose release changed.

    A new day replaces the date, and its comment replaces the comment: one by staff would describe the old day. If the
    day is the same, date and comment each follow the header unless staff set them. So a reworded comment never lifts an
    embargo by staff, and an embargo does not hold a reworded comment back. A day that one export leaves out and a later
    one names again is not new.
    """
    names_another_day = release.day not in (None, access.named_release_date)
    if names_another_day or access.release_comment == access.header_release_comment:
        access.release_comment = release.comment
    found_another = access.release_date != access.header_release_date
    access.release_set_by_staff = not names_another_day and (access.release_set_by_staff or found_another)
    if not access.release_set_by_staff:
        access.release_date = release.day
    access.header_release_date, access.header_release_comment = release.day, release.comment
    access.named_release_date = release.day or access.named_release_date


def _replace_email_grants(cube: DataCube, addresses: list[str]) -> bool:
    wanted = {address.lower(): address for address in addresses}
    present = {grant.email.lower(): grant for grant in cube.email_grants.all()}
    surplus = [grant.pk for email, grant in present.items() if email not in wanted and not grant.was_asked_for]
    missing = [EmailGrant(cube=cube, email=address) for email, address in wanted.items() if email not in present]
    if surplus:
        EmailGrant.objects.filter(pk__in=surplus).delete()
    if missing:
        EmailGrant.objects.bulk_create(missing)
    return bool(surplus or missing)


def _grant_group(cube: DataCube, name: str, *, granted: bool) -> bool:
    grants = GroupGrant.objects.filter(cube=cube, group__name=name)
    if not granted:
        return bool(grants.delete()[0])
    if grants.exists():
        return False
    group, _ = Group.objects.get_or_create(name=name)
    GroupGrant.objects.create(cube=cube, group=group)
    return True
