"""The step `data_cube`: the cube's own row, its instrument and its observation."""

import os
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError

from common.errors import PermanentError, TransientError, quoted
from datacubes.models import DataCube, Instrument
from datacubes.observations import get_observation
from datacubes.steps.base import CubeRows, Material, Outcome, Step
from datacubes.withdrawal import restore, withdraw

_AS_BEFORE = "Path, size, instrument and observation are as before."
_UNSEEN = {"modified_ns", "header_digest", "product", "exported"}
"""Columns that identify the file for a download. A change of these alone does not count as an update."""


@dataclass(frozen=True)
class FileFacts:
    """The file's properties, named as the columns of the cube's row."""

    relative_path: str
    filename: str
    size: int
    modified_ns: int
    header_digest: str
    product: str
    exported: str


class DataCubeStep(Step[FileFacts]):
    """Creates or updates the cube's row. It always runs, and comes first."""

    name = "data_cube"
    version = 2

    def read(self, material: Material) -> FileFacts:
        cube_file = material.cube_file
        return FileFacts(
            cube_file.relative_path,
            os.path.basename(cube_file.relative_path),
            cube_file.size,
            cube_file.modified_ns,
            cube_file.header_digest,
            material.product.name[:255],
            material.product.exported[:32],
        )

    def write(self, rows: CubeRows, values: FileFacts) -> tuple[Outcome, str]:
        """Write the row of the cube, and find or create its observation.

        Raises
        ------
        TransientError
            If another ingestion has created the cube meanwhile.
        """
        material, cube = rows.material, rows.found
        identity = material.identity
        withdraw_overwritten(rows)
        if cube is not None and cube.observation.point_id == identity.point_id:
            observation = cube.observation
        else:
            metadata = rows.values.get("metadata")
            observation = get_observation(identity.point_id, identity.date_beg, metadata and metadata.date_end)
            rows.locked_observation = observation
        facts = asdict(values) | {"instrument_id": material.instrument.id, "observation_id": observation.id}
        if cube is None:
            rows.cube = _create(identity.oid, sources=rows.sources, **facts)
            rows.cube.observation = observation
            rows.observations.add(observation.id)
            return Outcome.UPDATED, ""
        rows.cube = cube
        changed = {name for name, value in facts.items() if getattr(cube, name) != value}
        stays = cube.sources == rows.sources and cube.missing_since is None and cube.withdrawn_at is None
        if stays and not changed:
            return Outcome.SKIPPED, _AS_BEFORE
        if cube.withdrawn_at is not None:
            restore(cube)
            material.warnings.append(f"The cube {cube.oid} was withdrawn. Its file is back: it is listed again.")
        rows.observations |= {cube.observation_id, observation.id}
        for name in changed:
            setattr(cube, name, facts[name])
        cube.observation, cube.sources, cube.missing_since = observation, rows.sources, None
        cube.save()
        if stays and changed <= _UNSEEN:
            return Outcome.SKIPPED, _AS_BEFORE
        shown = changed - _UNSEEN
        names = [str(field.verbose_name) for field in DataCube._meta.concrete_fields if field.attname in shown]
        return Outcome.UPDATED, f"Changed: {', '.join(names)}." if names else ""


def find_instrument(name: str) -> Instrument:
    """Return the instrument that INSTRUME names.

    Raises
    ------
    PermanentError
        Listing the known instruments, if the name is not one of them.
    """
    known = list(Instrument.objects.all())
    for instrument in known:
        if instrument.name == name:
            return instrument
    names = ", ".join(instrument.name for instrument in known) or "none"
    raise PermanentError(
        f"{not_registered(name)} Known instruments: {names}. Add it under Instruments in the admin, then re-ingest."
    )


def not_registered(name: str) -> str:
    """Return the sentence with which the error of an unknown instrument begins."""
    return f"INSTRUME is {quoted(name)}, which is not registered."


def _create(oid: str, **values: Any) -> DataCube:
    """Create the row of a cube whose observation this transaction has locked."""
    added_meanwhile = f"Another ingestion added the cube {oid} at the same time."
    # Avoids a deadlock: a transaction that changes a cube locks its row first, then its observation, while this one
    # holds the observation and its insertion would wait for the row. The cubes of one observation are created one after
    # the other, so this query finds the cube unless it is just moving in from another observation.
    if DataCube.every.filter(oid=oid).exists():
        raise TransientError(added_meanwhile)
    try:
        return DataCube.objects.create(oid=oid, **values)
    except IntegrityError as error:
        raise TransientError(added_meanwhile) from error


def withdraw_overwritten(rows: CubeRows) -> None:
    """Withdraw the other cubes of this path, so that nobody downloads the wrong file."""
    material = rows.material
    path, oid = material.cube_file.relative_path, material.identity.oid
    for other in material.overwritten:
        withdraw(other, f"Its file, {path}, was replaced by that of another cube.", replaced_by=oid)
        rows.observations.add(other.observation_id)
        material.warnings.append(
            f"The cube {other.oid}, whose file was at this path before, is withdrawn. Its page now refers to {oid}."
        )
