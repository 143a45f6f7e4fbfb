"""Which restricted cubes a person has been given access to."""

from django.contrib.auth.models import User
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.utils import timezone

from datacubes.models import DataCube, EmailGrant, GroupGrant
from datacubes.permissions import verified_addresses


def granted_cubes(user: User, *, before: int | None = None, most: int) -> list[DataCube]:
    """Return cubes that are not public and granted to a person or their groups, the newest first.

    Parameters
    ----------
    before
        The primary key of the last cube of the page before.
    most
    """
    addresses = [Lower(Value(address)) for address in verified_addresses(user)]
    by_email = EmailGrant.objects.alias(lower_email=Lower("email")).filter(lower_email__in=addresses)
    by_group = GroupGrant.objects.filter(group__user=user)
    keys = {pk for grants in (by_email, by_group) for pk in _newest(grants, before, most)}
    newest = sorted(keys, reverse=True)[:most]
    return list(DataCube.objects.filter(pk__in=newest).select_related("access", "instrument").order_by("-pk"))


def _newest(grants: QuerySet[EmailGrant] | QuerySet[GroupGrant], before: int | None, most: int) -> list[int]:
    is_public = Q(cube__access__release_date__lte=timezone.now().date())
    restricted = grants.filter(cube__withdrawn_at=None).exclude(is_public).order_by(F("cube_id").desc())
    if before is not None:
        restricted = restricted.filter(cube_id__lt=before)
    return list(restricted.values_list("cube_id", flat=True).distinct()[:most])
