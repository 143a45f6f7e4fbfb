"""What the import took over from sst_archive, so that a second import does nothing twice."""

from django.contrib.auth.models import User
from django.db import models


class ImportedPerson(models.Model):
    """A person of sst_archive and the account here.

    Attributes
    ----------
    number
        Primary key of the person there.
    user
        The account here; empty once it was deleted. It is not made again.
    taken
        What the account has been given: names of groups, e-mail addresses, and the digests of tokens. What staff or the
        person take back later is not given again.
    """

    number = models.BigIntegerField(unique=True)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    taken = models.JSONField(default=dict)

    class Meta:
        verbose_name = "person of sst_archive"
        verbose_name_plural = "people of sst_archive"

    def __str__(self) -> str:
        return f"person {self.number}"


class ImportedCube(models.Model):
    """What sst_archive knew of a cube besides its file.

    Attributes
    ----------
    number
        Primary key of the cube there.
    facts
        Release, grants and tags, as `predecessor.facts` writes them.
    is_applied
        Whether the cube here has been given the facts. Otherwise its first ingestion gives them to it.
    """

    number = models.BigIntegerField(unique=True)
    oid = models.CharField("OID", max_length=255, unique=True)
    original_data_class = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)
    is_applied = models.BooleanField("applied", default=False)

    class Meta:
        verbose_name = "cube of sst_archive"
        verbose_name_plural = "cubes of sst_archive"
        ordering = ["number"]

    def __str__(self) -> str:
        return self.oid
