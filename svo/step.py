"""The step `svo` of an ingestion: note that the SVO is to be told of a cube."""

import time
from collections.abc import Iterable

from datacubes.models import DataCube, Instrument
from datacubes.steps.base import Outcome, StepResult
from svo.datasets import NOT_CONFIGURED, dataset_name, is_configured
from svo.notes import note_change

NAME = "svo"


def tell_svo(
    cube: DataCube,
    instrument: Instrument,
    results: Iterable[StepResult],
    overwritten: Iterable[DataCube],
    *,
    force: bool,
) -> StepResult:
    """Note a cube for the SVO, within the transaction of its ingestion, if any step has changed it.

    Parameters
    ----------
    results
        What the other steps did.
    overwritten
        Cubes that have lost their file to this one, which the SVO then shows as offline.
    force
        Whether it is sent even if it is the same as what was last sent.
    """
    started = time.perf_counter()
    outcomes = {result.outcome for result in results}
    if not is_configured():
        return StepResult(NAME, Outcome.SKIPPED, NOT_CONFIGURED)
    for other in overwritten:
        if (others_dataset := dataset_name(other.instrument)) is not None:
            note_change(other.oid, others_dataset)
    if not outcomes & {Outcome.CREATED, Outcome.UPDATED}:
        return StepResult(NAME, Outcome.SKIPPED, "Nothing has changed.")
    dataset = dataset_name(instrument)
    if dataset is None:
        return StepResult(NAME, Outcome.SKIPPED, f"{instrument} is left out of the SVO.")
    note_change(cube.oid, dataset, send_again=force)
    outcome = Outcome.CREATED if Outcome.CREATED in outcomes else Outcome.UPDATED
    return StepResult(NAME, outcome, "Queued for the SVO.", time.perf_counter() - started)
