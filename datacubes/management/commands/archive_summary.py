"""``manage.py archive_summary``: prints the archive's holdings in a few lines."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count, Q, Sum
from django.utils import timezone

from common.sizes import bytes_with_unit
from datacubes.models import DataCube, Observation, PlotData, VideoPreview

SHOWN_CUBES = 5


class Command(BaseCommand):
    """Counts the archive's cubes and shows the latest ones with their previews."""

    help = "Count the archive's cubes, and show the latest ones with their previews."

    def handle(self, *args: Any, **options: Any) -> None:
        total = DataCube.objects.aggregate(
            cubes=Count("id"),
            size=Sum("size", default=0),
            public=Count("id", filter=Q(access__release_date__lte=timezone.now().date())),
        )
        self.stdout.write(
            f"{total['cubes']} cubes ({total['public']} public) of {Observation.objects.count()} observations, "
            f"{bytes_with_unit(total['size'])}"
        )
        for cube in DataCube.objects.select_related("instrument", "metadata", "access")[:SHOWN_CUBES]:
            metadata = cube.metadata
            self.stdout.write(
                f"{cube.oid}: {cube.instrument}, {metadata.n_scans} scans, {metadata.n_wavelengths} wavelengths from "
                f"{metadata.wavelength_min} to {metadata.wavelength_max} nm, {len(metadata.keywords)} keywords, "
                f"{', '.join(map(str, cube.tags.all())) or 'no tags'}, {cube.access}"
            )
            for preview in cube.image_previews.all():
                self.stdout.write(f"  {preview}: {preview.file.path} ({preview.size:,} bytes)")
            for movie in VideoPreview.objects.filter(cube=cube):
                self.stdout.write(f"  movie {movie}: {movie.file.path} ({movie.size:,} bytes)")
            for plots in PlotData.objects.filter(cube=cube):
                kinds = [name for name in ("seeing", "line_profile") if getattr(plots, name) is not None]
                self.stdout.write(f"  plots: {', '.join(kinds)}")
