"""``manage.py refill_metadata``: fills columns of the metadata from stored keywords and plots, not from files."""

import sys
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from tqdm import tqdm

from common.progress import say
from cubefile import telescopes
from datacubes.models import DataCube, Metadata, PlotData
from datacubes.observations import refresh_observation
from datacubes.steps.metadata import columns_of_keywords
from previews.plots import median_r0

BATCH_SIZE = 500


@dataclass(frozen=True)
class Batch:
    """The rows that were read, the rows that were changed, and warnings about unreadable keywords."""

    rows: list[Metadata]
    changed: list[Metadata]
    warnings: list[str]


class Command(BaseCommand):
    """Goes through all metadata in batches and writes only wrong rows, so that it can be stopped and restarted."""

    help = "Fill columns of the metadata from the stored keywords and plots. You can stop and restart it at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill all batches, each in its own transaction."""
        seen = changed = last = 0
        with tqdm(total=Metadata.objects.count(), unit="cube", disable=not sys.stderr.isatty()) as bar:
            while (batch := refill_batch(after=last)).rows:
                for warning in batch.warnings:
                    say(warning, self.stdout)
                last = batch.rows[-1].pk
                seen += len(batch.rows)
                changed += len(batch.changed)
                bar.update(len(batch.rows))
        self.stdout.write(f"{seen} cubes, {changed} changed.")


@transaction.atomic
def refill_batch(after: int) -> Batch:
    """Fill the columns of the next rows, whose primary keys are above `after`, from their own keywords and plots."""
    # The lock makes this and an ingestion of the same row wait for each other: the columns fit the latest keywords.
    rows = list(
        Metadata.objects.select_for_update(of=("self",))
        .select_related("cube__instrument")
        .filter(pk__gt=after)
        .order_by("pk")[:BATCH_SIZE]
    )
    changed: list[Metadata] = []
    warnings: list[str] = []
    columns: dict[str, Any] = {}
    ends_changed: list[int] = []
    seeing = _medians_of_r0(rows)
    for row in rows:
        telescope = telescopes.get(row.cube.instrument.telescope)
        columns, warnings_of_row = columns_of_keywords(row.keywords, telescope, row.date_beg)
        columns["r0_median"] = seeing.get(row.pk, row.r0_median)
        warnings += [f"{row.cube.oid}: {warning}" for warning in warnings_of_row]
        if columns["date_end"] != row.date_end:
            ends_changed.append(row.pk)
        if any(getattr(row, name) != value for name, value in columns.items()):
            for name, value in columns.items():
                setattr(row, name, value)
            changed.append(row)
    if changed:
        Metadata.objects.bulk_update(changed, list(columns))
    _refresh_observations(ends_changed)
    return Batch(rows, changed, warnings)


def _medians_of_r0(rows: list[Metadata]) -> dict[int, float | None]:
    """Return the median of r₀ of rows that lack it, by primary key."""
    lacking = [row.pk for row in rows if row.r0_median is None]
    if not lacking:
        return {}
    plots = PlotData.objects.filter(cube__in=lacking, seeing__r0_low_and_high__isnull=False)
    values = plots.values_list("cube", "seeing__r0_low_and_high")
    return {cube: median_r0({"r0_low_and_high": r0}) for cube, r0 in values.iterator(chunk_size=50)}


def _refresh_observations(cubes: list[int]) -> None:
    if not cubes:
        return
    # Queried here, under the locks: the cubes joined to the rows date from before the wait for the locks.
    observations = DataCube.objects.filter(pk__in=cubes).values_list("observation", flat=True)
    for observation_id in sorted(set(observations)):
        refresh_observation(observation_id)
