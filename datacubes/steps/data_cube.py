"""The step `data_cube`: the cube's own row, its instrument and its observation."""

import os
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError

from common.errors import PermanentError, TransientError, quoted
from datacubes.models import DataCube, Instrument
from datacubes.observations import get_observation
from datacubes.steps.base import Material, Outcome

NAME = "data_cube"


@dataclass(frozen=True)
class CubeChange:
    """The row of a cube after the step, and the observation that the cube has left, if any."""

    cube: DataCube
    outcome: Outcome
    reason: str
    left_observation_id: int | None


def find_instrument(name: str) -> Instrument:
    """Return the instrument that INSTRUME names.

    Raises
    ------
    PermanentError
        Listing the instruments that are known, if it is not one of them.
    """
    known = list(Instrument.objects.all())
    for instrument in known:
        if instrument.name == name:
            return instrument
    names = ", ".join(instrument.name for instrument in known) or "none"
    raise PermanentError(f"INSTRUME is {quoted(name)}, which is not a known instrument. Known are: {names}.")


def write(
    material: Material,
    cube: DataCube | None,
    instrument: Instrument,
    sources: dict[str, str],
    overwritten: list[DataCube],
) -> CubeChange:
    """Create the row of a cube, or bring it up to date with its file and header.

    Parameters
    ----------
    material
        The cube file and what is asked.
    cube
        The row, locked, if there is one.
    instrument
        As `find_instrument` told.
    sources
        The fingerprints of what the other steps make their rows from.
    overwritten
        Other cubes whose file was at the path.

    Raises
    ------
    TransientError
        If the cube is to be created and another ingestion has done that meanwhile.
    """
    identity, cube_file = material.identity, material.cube_file
    if overwritten:
        _take_path(material, overwritten)
    if cube is not None and cube.observation.point_id == identity.point_id:
        observation = cube.observation
    else:
        observation = get_observation(identity.point_id, identity.date_beg)
    values = {
        "relative_path": cube_file.relative_path,
        "filename": os.path.basename(cube_file.relative_path),
        "size": cube_file.size,
        "instrument_id": instrument.id,
        "observation_id": observation.id,
    }
    if cube is None:
        return CubeChange(_create(identity.oid, sources=sources, **values), Outcome.CREATED, "", None)
    left_observation_id = cube.observation_id if cube.observation_id != observation.id else None
    changed = [name for name, value in values.items() if getattr(cube, name) != value]
    if not changed and cube.sources == sources:
        return CubeChange(cube, Outcome.SKIPPED, "Path, size, instrument and observation are as before.", None)
    for name in changed:
        setattr(cube, name, values[name])
    cube.observation, cube.sources = observation, sources
    cube.save()
    names = [str(DataCube._meta.get_field(name).verbose_name) for name in changed]
    reason = f"Changed: {', '.join(names)}." if names else ""
    return CubeChange(cube, Outcome.UPDATED, reason, left_observation_id)


def _create(oid: str, **values: Any) -> DataCube:
    """Create the row of a cube whose observation this transaction holds."""
    added_meanwhile = f"Another ingestion added the cube {oid} at the same time."
    # Whoever changes a cube locks first its row and then its observation. The insertion would wait for the row, and
    # thus the two for each other. The cubes of one observation are created one after the other, so that this looks at
    # all but one that another observation is just given.
    if DataCube.objects.filter(oid=oid).exists():
        raise TransientError(added_meanwhile)
    try:
        return DataCube.objects.create(oid=oid, **values)
    except IntegrityError as error:
        raise TransientError(added_meanwhile) from error


def _take_path(material: Material, overwritten: list[DataCube]) -> None:
    """Take the path from cubes whose file was overwritten with this one, so that nobody gets the wrong file."""
    path = material.cube_file.relative_path
    DataCube.objects.filter(pk__in=[cube.pk for cube in overwritten], relative_path=path).update(relative_path="")
    names = ", ".join(cube.oid for cube in overwritten)
    material.warnings.append(f"The file of {names} was at this path before; in the archive it is now without a file.")
