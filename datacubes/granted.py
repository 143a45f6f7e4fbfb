"""Which restricted cubes a person has been given access to."""

from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from datacubes.models import DataCube, EmailGrant, GroupGrant
from datacubes.permissions import DOWNLOAD_RESTRICTED, verified_addresses


def granted_cubes(user: User, *, before: int | None = None, most: int) -> list[DataCube]:
    """Return cubes that are not public and granted to a person or their groups, the newest first.

    Parameters
    ----------
    before
        The primary key of the last cube of the page before.
    most
        Maximum number of cubes.
    """
    by_email = EmailGrant.objects.to(*verified_addresses(user))
    by_group = GroupGrant.objects.filter(group__user=user)
    keys = {pk for grants in (by_email, by_group) for pk in _newest(grants, before, most)}
    newest = sorted(keys, reverse=True)[:most]
    return list(DataCube.objects.filter(pk__in=newest).select_related("access", "instrument").order_by("-pk"))


def may_download_all(user: User, restricted: QuerySet[DataCube]) -> bool:
    """Return whether a person may download all of some restricted cubes, however many there are."""
    if user.has_perm(DOWNLOAD_RESTRICTED):
        return True
    by_email = EmailGrant.objects.to(*verified_addresses(user)).filter(cube=OuterRef("pk"))
    by_group = GroupGrant.objects.filter(cube=OuterRef("pk"), group__user=user)
    return not restricted.exclude(Exists(by_email)).exclude(Exists(by_group)).exists()


def _newest(grants: QuerySet[EmailGrant] | QuerySet[GroupGrant], before: int | None, most: int) -> list[int]:
    is_public = Q(cube__access__release_date__lte=timezone.now().date())
    restricted = grants.filter(cube__withdrawn_at=None).exclude(is_public).order_by(F("cube_id").desc())
    if before:
        restricted = restricted.filter(cube_id__lt=before)
    return list(restricted.values_list("cube_id", flat=True).distinct()[:most])
