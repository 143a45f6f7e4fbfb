"""Instruments, observations and the data cubes that belong to them."""

from django.db import models

from cubefile.telescopes import TELESCOPES


def telescope_choices() -> list[tuple[str, str]]:
    """Return the telescopes to choose from. It is a function so that a new telescope needs no migration."""
    return [(telescope.name, telescope.title) for telescope in TELESCOPES]


class Instrument(models.Model):
    """An instrument whose cubes the archive accepts, named as INSTRUME names it."""

    name = models.CharField(max_length=64, unique=True)
    description = models.TextField(blank=True)
    telescope = models.CharField(
        max_length=32,
        choices=telescope_choices,
        default="sst",
        help_text="Decides how its files are read. After a change, re-ingest its cubes.",
    )
    credit = models.CharField(
        max_length=255,
        blank=True,
        help_text="Who made the data, as citations name them, such as “Institute for Solar Physics, Stockholm "
        "University”.",
    )
    reference = models.CharField(
        max_length=255, blank=True, help_text="Publication that describes the instrument, or its DOI."
    )
    acknowledgement = models.TextField(blank=True, help_text="Sentence that publications are asked to include.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Observation(models.Model):
    """A group of cubes with the same POINT_ID or, without POINT_ID, the same DATE-BEG."""

    class Kind(models.TextChoices):
        """How the observation was composed, from the ending of POINT_ID."""

        SINGLE = "", "Single"
        GROUPED = "grouped", "Grouped"
        MOSAIC = "mosaic", "Mosaic"

    point_id = models.CharField("POINT_ID", max_length=255, unique=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.SINGLE, blank=True)
    date_beg = models.DateTimeField("begin", help_text="The earliest begin of the observation's cubes, UTC.")
    date_end = models.DateTimeField("end", help_text="The latest end of the observation's cubes, UTC.")
    is_listed = models.BooleanField(
        default=True, editable=False, help_text="Whether the observation has cubes that are not withdrawn."
    )

    class Meta:
        ordering = ["-date_beg", "-id"]
        indexes = [models.Index(fields=["-date_beg", "-id"], name="observation_newest")]

    def __str__(self) -> str:
        return self.point_id


class ListedCubes(models.Manager["DataCube"]):
    """The cubes of the archive, without withdrawn ones."""

    def get_queryset(self) -> models.QuerySet["DataCube"]:
        return super().get_queryset().filter(withdrawn_at=None)


class DataCube(models.Model):
    """A cube: one observation of one spectral line, in the file of its latest export.

    `relative_path`, `size`, `modified_ns`, `header_digest` and `product` describe the file at its ingestion. A cube
    whose path later holds another cube is withdrawn (see `datacubes.withdrawal`). `objects` leaves out withdrawn cubes,
    so that nothing shows, sends or submits them by mistake; `every` includes them.

    `sources` holds, for each step of the ingestion, the fingerprint of the source of the step's rows. A step whose
    source still has this fingerprint is skipped.
    """

    oid = models.CharField("OID", max_length=255, unique=True)
    relative_path = models.CharField("path", max_length=1000, db_index=True)
    filename = models.CharField(max_length=255)
    size = models.BigIntegerField(help_text="Bytes.")
    modified_ns = models.BigIntegerField(
        null=True, editable=False, help_text="Modification time of the file, nanoseconds since 1970."
    )
    header_digest = models.CharField(
        max_length=64, blank=True, editable=False, help_text="SHA-256 of the file's headers."
    )
    product = models.CharField(
        max_length=255, blank=True, editable=False, help_text="Name of the file without the time of its export."
    )
    exported = models.CharField(
        max_length=32, blank=True, editable=False, help_text="When the file was exported, from its name."
    )
    missing_since = models.DateTimeField(
        null=True, editable=False, help_text="When the file was first found missing. Empty: not missing."
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
            models.Index(fields=["filename", "-id"], name="cube_by_filename"),
            models.Index(
                fields=["withdrawn_at"], condition=models.Q(withdrawn_at__isnull=False), name="cube_withdrawn"
            ),
        ]

    def __str__(self) -> str:
        return self.oid


class Companion(models.Model):
    """A file with the data of a cube in another form. The access rules of the cube apply to it.

    It refers to its cube by OID, because it may be ingested before the cube exists.
    """

    oid = models.CharField("OID", max_length=255, help_text="OID of the cube.")
    kind = models.CharField(max_length=16, help_text="Kind of companion, such as “sp” for a spectral cube.")
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
        indexes = [models.Index(fields=["filename", "-id"], name="companion_by_filename")]
        constraints = [models.UniqueConstraint(fields=["oid", "kind"], name="one_companion_of_each_kind_for_each_oid")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.oid}"
