"""Gives one person access to restricted cubes, for the rooms above."""

from django.db.models import QuerySet
from django.utils import timezone

from datacubes.models import DataCube, EmailGrant


def restricted_cubes() -> QuerySet[DataCube]:
    """Return the cubes that are neither public today nor withdrawn."""
    return DataCube.objects.exclude(access__release_date__lte=timezone.now().date())


def grant_to_address(cubes: QuerySet[DataCube], email: str) -> list[DataCube]:
    """Let the owner of an e-mail address download some cubes, and return these cubes. Needs a transaction.

    The cubes' rows are locked first, as an ingestion locks them, so that neither undoes what the other does. Access
    that is already granted stays. The owners that an order names do not replace these grants.
    """
    locked = list(cubes.select_for_update(of=("self",)).only("pk", "oid").order_by("pk"))
    EmailGrant.objects.bulk_create((EmailGrant(cube=cube, email=email) for cube in locked), ignore_conflicts=True)
    EmailGrant.objects.to(email).filter(cube__in=locked).update(was_asked_for=True)
    return locked
