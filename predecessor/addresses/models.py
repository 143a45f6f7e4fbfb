"""The numbers and file names in the addresses of sst_archive, and what they meant. The import fills them."""

from django.db import models


class FormerObservation(models.Model):
    """An observation of sst_archive, whose page was ``/observations/<number>``."""

    number = models.BigIntegerField(primary_key=True, help_text="Primary key of the observation there.")
    point_id = models.CharField("POINT_ID", max_length=255)

    class Meta:
        ordering = ["number"]
        verbose_name = "observation of sst_archive"
        verbose_name_plural = "observations of sst_archive"

    def __str__(self) -> str:
        return f"{self.number}: {self.point_id}"


class FormerCube(models.Model):
    """A cube of sst_archive, which was ``/api/v1/data_cube/<number>/`` and whose file ``/download/<filename>``."""

    number = models.BigIntegerField(primary_key=True, help_text="Primary key of the cube there.")
    oid = models.CharField("OID", max_length=255)
    filename = models.CharField(max_length=255, db_index=True, help_text="Name of its file there.")

    class Meta:
        ordering = ["number"]
        verbose_name = "address of a cube of sst_archive"
        verbose_name_plural = "addresses of cubes of sst_archive"

    def __str__(self) -> str:
        return f"{self.number}: {self.oid}"
