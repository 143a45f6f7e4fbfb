"""``manage.py audit_files``: audit files now."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Sum
from django.utils import timezone
from tqdm import tqdm

from common.errors import TransientError
from common.progress import say
from datacubes.models import Companion, DataCube
from keeper.fixity.audit import audit
from keeper.fixity.pace import pace, read_at_idle_priority
from keeper.fixity.records import audit_of, keep
from keeper.models import AuditedFile


class Command(BaseCommand):
    """Audit the files of some cubes, or of all, whenever they were audited last."""

    help = "Read whole files, and compare them with DATASUM and with the SHA-256 of earlier audits."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the OIDs and the options."""
        parser.add_argument(
            "oid", nargs="*", help="The OID of a cube; its companions are audited too. None: all files."
        )
        parser.add_argument("--rate", type=float, metavar="MB", help="Read at most so many 10⁶ bytes a second.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Audit one file after the other."""
        if options["rate"] is not None and not options["rate"] > 0:
            raise CommandError("--rate must be more than 0.")
        cubes, companions = DataCube.objects.order_by("pk"), Companion.objects.order_by("pk")
        if options["oid"]:
            cubes = cubes.filter(oid__in=options["oid"])
            companions = companions.filter(oid__in=options["oid"])
            if missing := set(options["oid"]) - set(cubes.values_list("oid", flat=True)):
                raise CommandError(f"The archive has no cube with the OID {', '.join(sorted(missing))}.")
        files: Iterator[DataCube | Companion] = chain(cubes.iterator(), companions.iterator())
        sizes = [rows.aggregate(size=Sum("size"))["size"] or 0 for rows in (cubes, companions)]
        wait = pace(options["rate"] * 1e6) if options["rate"] else lambda size: None
        results: Counter[str] = Counter()
        read_at_idle_priority()
        with tqdm(total=sum(sizes), unit="B", unit_scale=True, disable=not sys.stderr.isatty()) as bar:

            def on_chunk(size: int) -> None:
                bar.update(size)
                wait(size)

            for held in files:
                began = timezone.now()
                try:
                    found = audit(held, audit_of(held), on_chunk)
                except TransientError as error:
                    raise CommandError(str(error)) from error
                keep(held, found, began)
                results[found.result.label.lower()] += 1
                if found.result != AuditedFile.Result.WHOLE:
                    say(f"{held.relative_path}: {found.result.label.lower()}. {found.details}", self.stdout)
        self.stdout.write(", ".join(f"{number} {result}" for result, number in results.items()) or "no files")
        wrong = sum(results.values()) - results[AuditedFile.Result.WHOLE.label.lower()]
        if wrong:
            raise CommandError(f"{wrong} of {sum(results.values())} files could not be found whole.")
