"""``manage.py archive_summary``: what the archive holds, in a few lines."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count, Q, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from datacubes.models import DataCube, Observation

SHOWN_CUBES = 5


class Command(BaseCommand):
    """Count what the archive holds and name the latest cubes."""

    help = "Show what the archive holds."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the summary."""
        total = DataCube.objects.aggregate(
            cubes=Count("id"),
            size=Sum("size", default=0),
            public=Count("id", filter=Q(access__release_date__lte=timezone.now().date())),
        )
        self.stdout.write(
            f"{total['cubes']} cubes ({total['public']} public) of {Observation.objects.count()} observations, "
            f"{filesizeformat(total['size'])}"
        )
        for cube in DataCube.objects.select_related("instrument", "metadata", "access")[:SHOWN_CUBES]:
            metadata = cube.metadata
            self.stdout.write(
                f"{cube.oid}: {cube.instrument}, {metadata.n_scans} scans, {metadata.n_wavelengths} wavelengths from "
                f"{metadata.wavelength_min} to {metadata.wavelength_max} nm, {len(metadata.keywords)} keywords, "
                f"{', '.join(map(str, cube.tags.all())) or 'no tags'}, {cube.access}"
            )
