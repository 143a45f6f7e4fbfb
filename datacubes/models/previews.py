"""The previews of a cube: images, a movie and plots."""

from django.db import models

from datacubes.models.cubes import DataCube


class ImagePreview(models.Model):
    """An image of a cube in one of the sizes of the setting IMAGE_PREVIEW_SIDES."""

    cube = models.ForeignKey(DataCube, on_delete=models.CASCADE, related_name="image_previews")
    size_name = models.CharField(max_length=32, help_text="Name of the size, such as “thumbnail”.")
    file = models.FileField(max_length=255, db_index=True)
    width = models.PositiveIntegerField(help_text="Pixels.")
    height = models.PositiveIntegerField(help_text="Pixels.")
    size = models.PositiveIntegerField(help_text="Bytes.")

    class Meta:
        verbose_name = "image preview"
        ordering = ["width", "id"]
        constraints = [models.UniqueConstraint(fields=["cube", "size_name"], name="one_image_preview_for_each_size")]

    def __str__(self) -> str:
        return f"{self.size_name} {self.width} × {self.height}"


class VideoPreview(models.Model):
    """A movie of a cube, and the poster image that a player shows before it starts."""

    cube = models.OneToOneField(DataCube, on_delete=models.CASCADE, primary_key=True, related_name="video_preview")
    file = models.FileField(max_length=255, db_index=True)
    poster = models.FileField(max_length=255, db_index=True)
    width = models.PositiveIntegerField(help_text="Pixels.")
    height = models.PositiveIntegerField(help_text="Pixels.")
    seconds = models.FloatField()
    size = models.PositiveIntegerField(help_text="Bytes.")

    class Meta:
        verbose_name = "video preview"

    def __str__(self) -> str:
        return f"{self.width} × {self.height}, {self.seconds:.1f} s"


class PlotData(models.Model):
    """The data of a cube's plots, ready to be drawn. A plot that the cube lacks is null."""

    cube = models.OneToOneField(DataCube, on_delete=models.CASCADE, primary_key=True, related_name="plot_data")
    seeing = models.JSONField(null=True, help_text="r₀ over time.")
    line_profile = models.JSONField(null=True, help_text="Median intensity over wavelength.")
    sparkline = models.TextField(blank=True, help_text="A small SVG of the line profile.")

    class Meta:
        verbose_name = "plot data"
        verbose_name_plural = "plot data"

    def __str__(self) -> str:
        return f"plot data of {self.cube_id}"
