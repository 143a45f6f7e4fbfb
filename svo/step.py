"""The step `svo` of an ingestion: queues a cube for the SVO."""

from datacubes.steps.base import CubeRows, Material, Outcome, Step
from svo.datasets import NOT_CONFIGURED, dataset_name, is_configured
from svo.notes import note_change


class SVOStep(Step[None]):
    """Queues a cube for the SVO if an earlier step has changed it. It always runs, and comes last."""

    name = "svo"

    def read(self, material: Material) -> None:
        """Read nothing, because SVO records are made from the rows."""

    def write(self, rows: CubeRows, values: None) -> tuple[Outcome, str]:
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
