"""``manage.py reingest_all_cubes``: ingest every cube of the archive again."""

import argparse
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.batches import batches
from datacubes.models import DataCube
from workorders.management.ingesting import add_ingest_options, ingest_all, request_from_options
from workorders.models import WorkOrder
from workorders.queue import requeue

CUBES_AT_ONCE = 500


class Command(BaseCommand):
    """Ingest every cube of the archive again; what has not changed costs next to nothing."""

    help = "Ingest every cube of the archive again."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--oid", action="append", help="Only the cube with this OID; may be repeated.")
        add_ingest_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through the cubes one by one."""
        cubes = DataCube.objects.order_by("id")
        if options["oid"]:
            cubes = cubes.filter(oid__in=options["oid"])
            missing = set(options["oid"]) - set(cubes.values_list("oid", flat=True))
            if missing:
                raise CommandError(f"The archive has no cube with a file and the OID {', '.join(sorted(missing))}.")
        request = request_from_options(options)
        paths = cubes.values_list("relative_path", flat=True)
        # A cube that is ingested here is queued when its turn comes.
        orders = _queue_again(paths.iterator(), request, at_once=CUBES_AT_ONCE if options["queue"] else 1)
        ingest_all(orders, paths.count(), queue=options["queue"], stdout=self.stdout)


def _queue_again(paths: Iterator[str], request: dict[str, Any], at_once: int) -> Iterator[WorkOrder]:
    for some in batches(paths, at_once):
        yield from requeue(some, request)
