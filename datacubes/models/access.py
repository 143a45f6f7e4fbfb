"""Who may download a cube, and when everybody may."""

from django.contrib.auth.models import Group
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from datacubes.models.cubes import DataCube


class AccessRules(models.Model):
    """When a cube becomes public. Without a release date it is restricted, never public."""

    cube = models.OneToOneField(DataCube, on_delete=models.CASCADE, primary_key=True, related_name="access")
    release_date = models.DateField(
        null=True, blank=True, help_text="Public from this day on (UTC); empty: restricted."
    )
    release_comment = models.TextField(blank=True)
    header_release = models.TextField(
        blank=True,
        editable=False,
        help_text="RELEASE and RELEASEC as the header last had them: only a header that says something new is applied.",
    )

    class Meta:
        verbose_name = "access rules"
        verbose_name_plural = "access rules"
        indexes = [models.Index(fields=["release_date"], name="access_release_date")]

    def __str__(self) -> str:
        return f"public from {self.release_date}" if self.release_date else "restricted"

    @property
    def is_public(self) -> bool:
        """Whether everybody may download the cube today."""
        return self.release_date is not None and self.release_date <= timezone.now().date()


class EmailGrant(models.Model):
    """Access for the person with an e-mail address, also before that person has an account."""

    cube = models.ForeignKey(DataCube, on_delete=models.CASCADE, related_name="email_grants")
    email = models.EmailField()

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
