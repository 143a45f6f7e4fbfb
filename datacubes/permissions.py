"""Decides who may download the file of a cube. Metadata and previews are open to everyone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser, User

from common.hooks import Hook
from datacubes.models import AccessRules, DataCube, EmailGrant, GroupGrant

DOWNLOAD_RESTRICTED = "datacubes.download_restricted"

verified_addresses: Hook[[User], list[str]] = Hook("return the e-mail addresses of a person that count for grants")


class Grounds(StrEnum):
    """The reason why a person may or may not download a cube."""

    PUBLIC = "public"
    """The release date has passed."""
    PERMISSION = "permission"
    """The person has the permission `datacubes.download_restricted`; superusers have every permission."""
    EMAIL_GRANT = "email_grant"
    """The cube is granted to a verified e-mail address of the person."""
    GROUP_GRANT = "group_grant"
    """The cube is granted to one of the person's groups."""
    RESTRICTED = "restricted"
    """None of the above; download is refused."""


@dataclass(frozen=True)
class DownloadAccess:
    """Whether one person may download one cube.

    Attributes
    ----------
    grounds
        The reason.
    is_public
        Whether everybody may download it.
    release_date
        The day on which the cube becomes public (UTC); None if the cube has no release date.
    release_comment
        A comment on the release; may be empty.
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
    """Return a person's access to a cube. For several cubes, `download_access_by_cube` needs fewer statements."""
    return download_access_by_cube(user, [cube])[cube.pk]


def download_access_by_cube(user: User | AnonymousUser, cubes: Iterable[DataCube]) -> dict[int, DownloadAccess]:
    """Return a person's access to each of some cubes, in at most five statements for any number of cubes.

    Parameters
    ----------
    user
        The person, logged in or not. Their verified e-mail addresses count.
    cubes
        Cubes loaded with ``select_related("access")``; otherwise each costs another statement.

    Returns
    -------
    dict
        The access to each cube, by its primary key.
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
    """Return the rules of a cube. A cube without a row of rules is restricted."""
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
    if addresses := verified_addresses(user):
        by_email = EmailGrant.objects.to(*addresses).filter(cube__in=restricted)
        granted |= dict.fromkeys(by_email.values_list("cube_id", flat=True), Grounds.EMAIL_GRANT)
    return granted
