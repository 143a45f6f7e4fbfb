"""The access rules of cubes: release dates and grants."""

from collections.abc import Iterable
from typing import Any, Self, TypeVar

from django.contrib.auth.models import Group
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Lower
from django.dispatch import Signal
from django.utils import timezone

from datacubes.models.cubes import DataCube
from datacubes.models.metadata import NEVER_PUBLIC, Metadata

Rules = TypeVar("Rules", bound="AccessRules")


MAX_EMAIL_LENGTH = 254
"""Maximum length of an address (RFC 3696, erratum 1690), and of the column of a grant."""


released = Signal()
"""Sent in the transaction in which cubes that were restricted become public, with `cubes`, a list."""


class AccessRulesQuerySet(models.QuerySet[Rules]):
    """Rules of several cubes. Copies changed release dates to the metadata of the cubes, and notes releases."""

    def update(self, **values: Any) -> int:
        if "release_date" not in values:
            return super().update(**values)
        with transaction.atomic(savepoint=False):
            cubes = list(self.values_list("pk", flat=True))
            changed = super().update(**values)
            _follow_release_dates(cubes)
        return changed

    def bulk_create(self, objs: Iterable[Rules], *args: Any, **kwargs: Any) -> list[Rules]:
        with transaction.atomic(savepoint=False):
            rules = super().bulk_create(objs, *args, **kwargs)
            _follow_release_dates([each.pk for each in rules])
        return rules

    def note_releases(self, most: int | None = None) -> int:
        """Note which cubes have become public, send `released` for them, and return how many they are.

        Needs a transaction. Another one that notes the same cubes waits, and leaves them out.
        """
        due = self.filter(was_public=False, release_date__lte=timezone.now().date())
        cubes = [rules.pk for rules in due.select_for_update().only("pk").order_by("pk")[:most]]
        if cubes:
            AccessRules.objects.filter(pk__in=cubes).update(was_public=True)
            listed = DataCube.objects.filter(pk__in=cubes).only("oid", "relative_path").order_by("pk")
            released.send(DataCube, cubes=list(listed))
        return len(cubes)


class AccessRules(models.Model):
    """The day on which a cube becomes public. A cube without a release date stays restricted."""

    cube = models.OneToOneField(DataCube, on_delete=models.CASCADE, primary_key=True, related_name="access")
    release_date = models.DateField(
        null=True, blank=True, help_text="Day on which the cube becomes public (UTC). Empty: restricted."
    )
    release_comment = models.TextField(blank=True)
    header_release_date = models.DateField(null=True, editable=False, help_text="RELEASE of the last export.")
    header_release_comment = models.TextField(blank=True, editable=False, help_text="RELEASEC of the last export.")
    named_release_date = models.DateField(
        null=True, editable=False, help_text="The last RELEASE of any export, kept if a later one leaves it out."
    )
    release_set_by_staff = models.BooleanField(
        default=False,
        editable=False,
        help_text="True once an ingestion finds a date that staff set; false when a header names a new one.",
    )
    was_public = models.BooleanField(
        default=False, editable=False, help_text="Whether the cube was public when that was last noted."
    )

    objects = AccessRulesQuerySet.as_manager()

    class Meta:
        verbose_name = "access rules"
        verbose_name_plural = "access rules"
        indexes = [
            models.Index(fields=["release_date"], name="access_release_date"),
            models.Index(fields=["release_date"], condition=Q(was_public=False), name="access_not_released"),
        ]

    def __str__(self) -> str:
        return f"public from {self.release_date}" if self.release_date else "restricted"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the rules, copy the release date to the cube's metadata, and note a release.

        The first rules of a cube are no release: the cube is new.
        """
        # Django takes a text for a date too.
        self.release_date = models.DateField().to_python(self.release_date)
        is_release = self.is_public and not self.was_public and not self._state.adding
        self.was_public = self.is_public
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)
            _copy_release_dates([self.pk])
            if is_release and not self.cube.withdrawn_at:
                released.send(DataCube, cubes=[self.cube])

    def insert_before_metadata(self) -> None:
        """Add the rules of a new cube, to whose metadata the release date need not be copied yet."""
        self.was_public = self.is_public
        super().save(force_insert=True)

    @property
    def is_public(self) -> bool:
        """Whether everybody may download the cube today."""
        return self.release_date is not None and self.release_date <= timezone.now().date()


def _follow_release_dates(cubes: list[int]) -> None:
    """Copy release dates that were changed by statements, and note releases, and cubes that are restricted again."""
    _copy_release_dates(cubes)
    rules = AccessRules.objects.filter(pk__in=cubes)
    rules.exclude(release_date__lte=timezone.now().date()).filter(was_public=True).update(was_public=False)
    rules.note_releases()


def _copy_release_dates(cubes: list[int]) -> None:
    rules = AccessRules.objects.filter(cube=models.OuterRef("cube"))
    release_date = models.Subquery(rules.values("release_date"))
    Metadata.objects.filter(cube__in=cubes).update(public_from=Coalesce(release_date, NEVER_PUBLIC))


class EmailGrantQuerySet(models.QuerySet["EmailGrant"]):
    """Grants by e-mail address."""

    def to(self, *addresses: str) -> Self:
        """Select the grants to some addresses, in any case.

        The database lowers both sides, with the expression of the unique index, so that their lower case agrees.
        """
        lowered = [Lower(Value(address)) for address in addresses]
        return self.alias(lower_email=Lower("email")).filter(lower_email__in=lowered)


class EmailGrant(models.Model):
    """Access for the owner of an e-mail address, who may not have an account yet."""

    cube = models.ForeignKey(DataCube, on_delete=models.CASCADE, related_name="email_grants")
    email = models.EmailField(max_length=MAX_EMAIL_LENGTH)
    was_asked_for = models.BooleanField(
        default=False, editable=False, help_text="Staff approved a request: an order's list of owners leaves it."
    )

    objects = EmailGrantQuerySet.as_manager()

    class Meta:
        ordering = ["email"]
        constraints = [models.UniqueConstraint(Lower("email"), "cube", name="one_grant_for_each_email_and_cube")]

    def __str__(self) -> str:
        return self.email


class GroupGrant(models.Model):
    """Access for the members of a group."""

    cube = models.ForeignKey(DataCube, on_delete=models.CASCADE, related_name="group_grants")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="cube_grants")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cube", "group"], name="one_grant_for_each_group_and_cube")]

    def __str__(self) -> str:
        return str(self.group)
