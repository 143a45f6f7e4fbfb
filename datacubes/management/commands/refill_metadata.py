"""``manage.py refill_metadata``: fill columns of the metadata from the stored keywords, without opening a file."""

import sys
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from tqdm import tqdm

from common.progress import say
from datacubes.models import DataCube, Metadata
from datacubes.observations import refresh_observation
from datacubes.steps.metadata import columns_of_keywords

BATCH_SIZE = 500


@dataclass(frozen=True)
class Batch:
    """Rows that were looked at, those of them that were changed, and what could not be read."""

    rows: list[Metadata]
    changed: list[Metadata]
    warnings: list[str]


class Command(BaseCommand):
    """Go through all metadata in batches. Rows that are right are not written, so that it can be started again."""

    help = "Fill columns of the metadata from the stored keywords. May be stopped and started again at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill all batches, each in a transaction of its own."""
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
    """Fill the columns of the rows whose primary keys follow `after`, from their own keywords."""
    # An ingestion that changes one of the rows is waited for, or waits: the columns are those of the latest keywords.
    rows = list(
        Metadata.objects.select_for_update(of=("self",))
        .select_related("cube")
        .filter(pk__gt=after)
        .order_by("pk")[:BATCH_SIZE]
    )
    changed: list[Metadata] = []
    warnings: list[str] = []
    columns: dict[str, Any] = {}
    ends_changed: list[int] = []
    for row in rows:
        columns, warnings_of_row = columns_of_keywords(row.keywords, row.date_beg)
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


def _refresh_observations(cubes: list[int]) -> None:
    if not cubes:
        return
    # Asked now, under the locks: the cubes that were joined to the rows are as they were before these were waited for.
    observations = DataCube.objects.filter(pk__in=cubes).values_list("observation", flat=True)
    for observation_id in sorted(set(observations)):
        refresh_observation(observation_id)
