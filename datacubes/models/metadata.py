"""The metadata that people search: typed columns for common searches, and every keyword as JSON for the others."""

from datetime import date

from django.db import models
from django.db.models.functions import Coalesce

from cubefile.telescopes.lines import line_name
from datacubes.columns import SEARCHED_COLUMNS, columns_besides
from datacubes.models.cubes import DataCube, Instrument

NEVER_PUBLIC = date.max


class Metadata(models.Model):
    """The metadata of a cube, from its header and its table of coordinates.

    `keywords` holds every keyword of the cube's header with its value, in the form of `keywords_as_json`. On
    PostgreSQL, a GIN index from a migration serves searches for any keyword.

    `instrument` and `public_from` copy the cube's instrument and the release date of its access rules, because an index
    cannot hold columns of three tables. `AccessRules` updates `public_from`. `r0_median` comes from the plot of the
    seeing, and the step `plot_data` updates it.
    """

    cube = models.OneToOneField(DataCube, on_delete=models.CASCADE, primary_key=True, related_name="metadata")
    date_beg = models.DateTimeField("begin", help_text="DATE-BEG, UTC.")
    date_end = models.DateTimeField("end", help_text="DATE-END, UTC; the begin if the header has no DATE-END.")
    wavelength_min = models.FloatField(null=True, help_text="WAVEMIN, nm.")
    wavelength_max = models.FloatField(null=True, help_text="WAVEMAX, nm.")
    spectral_line = models.CharField(max_length=64, blank=True, help_text="FILTER1.")
    has_polarimetry = models.BooleanField(
        "polarimetry", default=False, help_text="Whether there are four Stokes parameters."
    )
    n_scans = models.IntegerField("scans", default=1)
    n_wavelengths = models.IntegerField("wavelengths", default=1)
    size_x = models.FloatField(null=True, help_text="Width of the field of view, arcsec.")
    size_y = models.FloatField(null=True, help_text="Height of the field of view, arcsec.")
    pointing_x = models.FloatField(null=True, help_text="Helioprojective longitude of the centre, arcsec.")
    pointing_y = models.FloatField(null=True, help_text="Helioprojective latitude of the centre, arcsec.")
    rotation = models.FloatField(
        null=True, help_text="Angle from solar north to the image's y axis, counterclockwise, degrees."
    )
    mu = models.FloatField(
        "μ",
        null=True,
        help_text="Cosine of the heliocentric angle: 1 at disk centre, 0 at the limb; empty: off the disk.",
    )
    duration = models.FloatField(null=True, help_text="From begin to end, seconds.")
    cadence = models.FloatField(null=True, help_text="CADAVG, or else CADENCE: from scan to scan, seconds.")
    exposure = models.FloatField(null=True, help_text="XPOSURE, or else EXPTIME: of one frame, seconds.")
    observer = models.CharField(max_length=255, blank=True, help_text="OBSERVER.")
    r0_median = models.FloatField(
        "median r₀",
        null=True,
        editable=False,
        help_text="Median of r₀ of all altitudes during the observation, metres.",
    )
    keywords = models.JSONField(default=dict)
    instrument = models.ForeignKey(
        Instrument, on_delete=models.PROTECT, related_name="+", db_index=False, editable=False
    )
    public_from = models.DateField(
        default=NEVER_PUBLIC, editable=False, help_text="The release date; 9999-12-31 without one."
    )

    class Meta:
        verbose_name = "metadata"
        verbose_name_plural = "metadata"
        # The first columns of an index give the order of a list. The other columns let the database apply the filters
        # within the index, so that it reads only the rows that pass.
        indexes = [
            models.Index(fields=["-date_beg", "-cube", *columns_besides("date_beg")], name="metadata_newest"),
            models.Index(
                fields=["spectral_line", "-date_beg", "-cube", *columns_besides("spectral_line", "date_beg")],
                name="metadata_line",
            ),
            models.Index(Coalesce("wavelength_min", 0.0), "cube", *SEARCHED_COLUMNS, name="metadata_by_wavelength"),
        ]

    def __str__(self) -> str:
        return f"{self.date_beg:%Y-%m-%d %H:%M:%S} UTC"

    @property
    def line(self) -> str:
        """The name of the spectral line for people, such as ``Ca II 8542``; empty if none is known."""
        return line_name(self.spectral_line)

    @property
    def line_in_titles(self) -> str:
        """The name of the spectral line, or what the archive stores instead of a known one."""
        return self.line or self.spectral_line
