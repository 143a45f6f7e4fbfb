"""The companions of a cube: files with its data in another form."""

from datacubes.models import Companion, DataCube


def companions_of(cube: DataCube) -> list[Companion]:
    """Return the cube's companions, ordered by kind."""
    return list(Companion.objects.filter(oid=cube.oid))
