"""Who may download the file of a cube. What is known about a cube (metadata, previews) is open to everyone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Value
from django.db.models.functions import Lower

from datacubes.models import AccessRules, DataCube, EmailGrant, GroupGrant

DOWNLOAD_RESTRICTED = "datacubes.download_restricted"


class Grounds(StrEnum):
    """Why somebody may download a cube, or may not."""

    PUBLIC = "public"
    """The release date has come."""
    PERMISSION = "permission"
    """They have the permission `datacubes.download_restricted`; superusers have every permission."""
    EMAIL_GRANT = "email_grant"
    """The cube is granted to their e-mail address."""
    GROUP_GRANT = "group_grant"
    """The cube is granted to a group of theirs."""
    RESTRICTED = "restricted"
    """None of these."""


@dataclass(frozen=True)
class DownloadAccess:
    """Whether one person may download one cube.

    Attributes
    ----------
    grounds
        Why, or why not.
    is_public
        Whether everybody may.
    release_date
        The day from which everybody may (UTC); None if no such day is known.
    release_comment
        What the archive says about the release; may be empty.
    """

    grounds: Grounds
    is_public: bool
    release_date: date | None
    release_comment: str

    @property
    def allowed(self) -> bool:
        """Whether this person may download the cube."""
        return self.grounds is not Grounds.RESTRICTED


def download_access(user: User | AnonymousUser, cube: DataCube) -> DownloadAccess:
    """Tell whether a person may download a cube. For several cubes, `download_access_by_cube` asks less often."""
    return download_access_by_cube(user, [cube])[cube.pk]


def download_access_by_cube(user: User | AnonymousUser, cubes: Iterable[DataCube]) -> dict[int, DownloadAccess]:
    """Tell which of some cubes a person may download, in at most four statements however many cubes there are.

    Parameters
    ----------
    user
        Whoever asks, logged in or not. The e-mail address of an account was entered by staff and counts as verified.
    cubes
        Loaded with ``select_related("access")``, or each costs a statement of its own.

    Returns
    -------
    dict
        The answer for each cube, by its primary key.
    """
    rules = {cube.pk: _access_rules(cube) for cube in cubes}
    public = {pk for pk, access in rules.items() if access.is_public}
    granted = _grants(user, rules.keys() - public)
    return {
        pk: DownloadAccess(
            grounds=Grounds.PUBLIC if pk in public else granted.get(pk, Grounds.RESTRICTED),
            is_public=pk in public,
            release_date=access.release_date,
            release_comment=access.release_comment,
        )
        for pk, access in rules.items()
    }


def _access_rules(cube: DataCube) -> AccessRules:
    """Return the rules of a cube; one without a row of rules is restricted."""
    try:
        return cube.access
    except AccessRules.DoesNotExist:
        return AccessRules(cube=cube)


def _grants(user: User | AnonymousUser, restricted: set[int]) -> dict[int, Grounds]:
    if not restricted or not user.is_authenticated or not user.is_active:
        return {}
    if user.has_perm(DOWNLOAD_RESTRICTED):
        return dict.fromkeys(restricted, Grounds.PERMISSION)
    by_group = GroupGrant.objects.filter(cube__in=restricted, group__user=user).values_list("cube_id", flat=True)
    granted = dict.fromkeys(by_group, Grounds.GROUP_GRANT)
    if user.email:
        # The database compares, by the expression of the unique index, so that both sides mean the same by lower case.
        by_email = EmailGrant.objects.alias(lower_email=Lower("email")).filter(
            cube__in=restricted, lower_email=Lower(Value(user.email))
        )
        granted |= dict.fromkeys(by_email.values_list("cube_id", flat=True), Grounds.EMAIL_GRANT)
    return granted
