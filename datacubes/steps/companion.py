"""The step `companion`: a file with the data of a cube in another form, which is not a cube of its own."""

import os

from common.rows import only_row
from common.upsert import upsert
from datacubes.models import Companion, DataCube
from datacubes.steps.base import CubeRows, Material, Outcome, Step
from datacubes.steps.data_cube import withdraw_overwritten


class CompanionStep(Step[Companion]):
    """Stores the location of a companion. It is the only step of such a file, and always runs."""

    name = "companion"

    def read(self, material: Material) -> Companion:
        cube_file = material.cube_file
        return Companion(
            oid=material.identity.oid,
            kind=material.product.companion,
            relative_path=cube_file.relative_path,
            filename=os.path.basename(cube_file.relative_path),
            size=cube_file.size,
            modified_ns=cube_file.modified_ns,
            header_digest=cube_file.header_digest,
            product=material.product.name[:255],
            exported=material.product.exported[:32],
        )

    def write(self, rows: CubeRows, values: Companion) -> tuple[Outcome, str]:
        """Store the companion, also if its cube is not in the archive yet."""
        withdraw_overwritten(rows)
        what = f"It is the companion “{values.kind}” of the cube {values.oid}"
        if not DataCube.objects.filter(oid=values.oid).exists():
            rows.material.warnings.append(f"{what}, which the archive does not have yet. It is shown with its cube.")
        before = only_row(Companion.objects.filter(oid=values.oid, kind=values.kind))
        if before is not None and before.missing_since is None and _facts(before) == _facts(values):
            return Outcome.SKIPPED, f"{what}, as before."
        upsert(values, "oid", "kind", keep=["created_at"])
        return (Outcome.CREATED if before is None else Outcome.UPDATED), f"{what}."


def _facts(companion: Companion) -> tuple[object, ...]:
    return (companion.relative_path, companion.size, companion.modified_ns, companion.header_digest, companion.product)
