"""Finds the files that addresses of sst_archive name."""

from dataclasses import dataclass

from datacubes.models import Companion, DataCube
from predecessor.addresses.models import FormerCube

MAX_NAME_LENGTH = 255
MOST_OF_A_NAME = 100
"""Rows with one name that are looked at; only a name such as ``cube.fits`` has more."""


@dataclass(frozen=True)
class Found:
    """What a file name of sst_archive means here.

    Attributes
    ----------
    file
        The file of this name: a cube, which may be withdrawn, or a companion of a cube; None if the archive has none.
    successor
        Without such a file: the cube that had it in sst_archive, and has a file of another name now.
    """

    file: DataCube | Companion | None = None
    successor: DataCube | None = None


def find_file(name: str) -> Found:
    """Find a file, in at most five statements.

    Several cubes may have a file of the same name. The first of these is taken: the cube that had it in sst_archive, a
    cube whose file is not missing, the cube that was ingested last. Companions come after cubes, withdrawn cubes last.
    """
    if not (0 < len(name) <= MAX_NAME_LENGTH and name.isprintable() and "/" not in name):
        return Found()
    former = list(FormerCube.objects.filter(filename=name).values_list("oid", flat=True)[:MOST_OF_A_NAME])
    successors = list(DataCube.every.filter(oid__in=former).order_by("-id")) if former else []
    listed = DataCube.objects.filter(filename=name).order_by("-id")[:MOST_OF_A_NAME]
    cubes = [cube for cube in successors if cube.filename == name and not cube.withdrawn_at] or list(listed)
    file: DataCube | Companion | None = min(cubes, key=lambda cube: bool(cube.missing_since), default=None)
    file = file or Companion.objects.filter(filename=name).order_by("-id").first()
    file = file or DataCube.every.filter(filename=name).order_by("-id").first()
    return Found(file, None if file or not successors else successors[0])
