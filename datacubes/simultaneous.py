"""Cubes that overlap another in time and field of view."""

from django.db.models import Q, QuerySet

from datacubes.fields_of_view import Rectangle, overlaps_rectangle
from datacubes.models import DataCube


def overlapping(cubes: QuerySet[DataCube], cube: DataCube) -> QuerySet[DataCube]:
    """Select the cubes that overlap another, without itself. If a field of view is unknown, the time decides."""
    metadata = cube.metadata
    found = cubes.filter(metadata__date_beg__lte=metadata.date_end, metadata__date_end__gte=metadata.date_beg)
    field = Rectangle.of_cube(metadata)
    if field is not None:
        unknown = Q(metadata__pointing_x=None) | Q(metadata__pointing_y=None)
        found = found.filter(unknown | overlaps_rectangle(field))
    return found.exclude(pk=cube.pk)
