"""The step `svo` of an ingestion: note that the SVO is to be told of a cube."""

from datacubes.steps.base import CubeRows, Material, Outcome, Step
from svo.datasets import NOT_CONFIGURED, dataset_name, is_configured
from svo.notes import note_change


class SVOStep(Step[None]):
    """Notes a cube for the SVO if any step before has changed it. It always runs, and comes last."""

    name = "svo"

    def read(self, material: Material) -> None:
        """Take nothing: what the SVO is sent is made from the rows."""

    def write(self, rows: CubeRows, values: None) -> tuple[Outcome, str]:
        """Note the cube."""
        if not is_configured():
            return Outcome.SKIPPED, NOT_CONFIGURED
        material = rows.material
        if not {result.outcome for result in rows.results} & {Outcome.CREATED, Outcome.UPDATED}:
            return Outcome.SKIPPED, "Nothing has changed."
        dataset = dataset_name(material.instrument)
        if dataset is None:
            return Outcome.SKIPPED, f"{material.instrument} is left out of the SVO."
        note_change(rows.cube.oid, dataset, send_again=material.request.force)
        return Outcome.UPDATED, "Queued for the SVO."
