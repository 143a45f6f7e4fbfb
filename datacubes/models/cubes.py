"""Instruments, observations and the data cubes that belong to them."""

from django.db import models

from cubefile.telescopes import TELESCOPES


def telescope_choices() -> list[tuple[str, str]]:
    """Return the telescopes to choose from; a function, so that one that is added needs no migration."""
    return [(telescope.name, telescope.title) for telescope in TELESCOPES]


class Instrument(models.Model):
    """An instrument whose cubes the archive takes; named as INSTRUME names it."""

    name = models.CharField(max_length=64, unique=True)
    description = models.TextField(blank=True)
    telescope = models.CharField(
        max_length=32,
        choices=telescope_choices,
        default="sst",
        help_text="How its files are read. After a change, re-ingest its cubes.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Observation(models.Model):
    """Cubes that belong together: those of one POINT_ID, or, without one, of one DATE-BEG."""

    class Kind(models.TextChoices):
        """What the ending of POINT_ID says of how its cubes were put together."""

        SINGLE = "", "Single"
        GROUPED = "grouped", "Grouped"
        MOSAIC = "mosaic", "Mosaic"

    point_id = models.CharField("POINT_ID", max_length=255, unique=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.SINGLE, blank=True)
    date_beg = models.DateTimeField("begin", help_text="The earliest begin of its cubes, UTC.")
    date_end = models.DateTimeField("end", help_text="The latest end of its cubes, UTC.")
    is_listed = models.BooleanField(
        default=True, editable=False, help_text="Whether it has cubes that are not withdrawn."
    )

    class Meta:
        ordering = ["-date_beg", "-id"]
        indexes = [models.Index(fields=["-date_beg", "-id"], name="observation_newest")]

    def __str__(self) -> str:
        return self.point_id


class ListedCubes(models.Manager["DataCube"]):
    """The cubes of the archive, without those that are withdrawn."""

    def get_queryset(self) -> models.QuerySet["DataCube"]:
        """Leave out withdrawn cubes."""
        return super().get_queryset().filter(withdrawn_at=None)


class DataCube(models.Model):
    """A cube: one observation of one spectral line, in the file of its latest export.

    `relative_path`, `size`, `modified_ns`, `header_digest` and `product` describe the file as it was ingested. A cube
    whose path holds another cube since then is withdrawn (see `datacubes.withdrawal`). `objects` leaves withdrawn cubes
    out, so that nothing shows, sends or submits them by mistake; `every` has them too.

    `sources` holds, for each step of the ingestion, a fingerprint of what the step's rows were last made from. A step
    whose source has the same fingerprint has nothing to do.
    """

    oid = models.CharField("OID", max_length=255, unique=True)
    relative_path = models.CharField("path", max_length=1000, db_index=True)
    filename = models.CharField(max_length=255)
    size = models.BigIntegerField(help_text="Bytes.")
    modified_ns = models.BigIntegerField(
        null=True, editable=False, help_text="Modification time of the file, nanoseconds since 1970."
    )
    header_digest = models.CharField(max_length=64, blank=True, editable=False, help_text="SHA-256 of its header.")
    product = models.CharField(
        max_length=255, blank=True, editable=False, help_text="Name of the file without the time of its export."
    )
    exported = models.CharField(
        max_length=32, blank=True, editable=False, help_text="When the file was exported, as its name has it."
    )
    missing_since = models.DateTimeField(
        null=True, editable=False, help_text="When the file was first found missing; empty: it is there."
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawal_reason = models.TextField(blank=True, editable=False)
    replaced_by = models.CharField(
        max_length=255, blank=True, editable=False, help_text="OID of the cube that took the place of this one."
    )
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="cubes")
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="cubes")
    tags = models.ManyToManyField("datacubes.Tag", related_name="cubes", blank=True)
    sources = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ListedCubes()
    every = models.Manager["DataCube"]()

    class Meta:
        ordering = ["-id"]
        verbose_name = "data cube"
        permissions = [("download_restricted", "Can download cubes that are not released")]
        indexes = [
            models.Index(fields=["size", "id"], name="cube_by_size"),
            models.Index(fields=["filename"], name="cube_filename", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.oid


class Companion(models.Model):
    """A file that has the data of a cube in another form. The cube's access rules are its own.

    The cube is known by its OID alone: the companion may come first, and then waits for it.
    """

    oid = models.CharField("OID", max_length=255, help_text="Of its cube.")
    kind = models.CharField(max_length=16, help_text="Such as “sp”, a spectral cube.")
    relative_path = models.CharField("path", max_length=1000, db_index=True)
    filename = models.CharField(max_length=255)
    size = models.BigIntegerField(help_text="Bytes.")
    modified_ns = models.BigIntegerField(editable=False, help_text="As of a cube.")
    header_digest = models.CharField(max_length=64, editable=False, help_text="As of a cube.")
    product = models.CharField(max_length=255, editable=False, help_text="As of a cube.")
    exported = models.CharField(max_length=32, blank=True, editable=False, help_text="As of a cube.")
    missing_since = models.DateTimeField(null=True, editable=False, help_text="As of a cube.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["oid", "kind"]
        constraints = [models.UniqueConstraint(fields=["oid", "kind"], name="one_companion_of_each_kind_for_each_oid")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.oid}"
