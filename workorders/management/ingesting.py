"""Shared by the ingest commands: their options, and processing or queueing orders for paths."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, OutputWrapper
from django.forms import EmailField
from django.utils import timezone
from tqdm import tqdm

from common.email_addresses import split_addresses
from common.processes import worker_name
from common.progress import say
from common.wakeups import send_wake_up
from datacubes.models.access import MAX_EMAIL_LENGTH
from workorders.models import WorkOrder
from workorders.queue import claim
from workorders.tasks import sweep
from workorders.worker import carry_out

POLL_SECONDS = 0.2

FORMER_FORCE = ("--force-regenerate-images", "--force-regenerate-videos")
"""Options of sst_archive that this archive takes as --force. Its steps are not forced one by one."""


def add_ingest_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that all ingest commands have."""
    parser.add_argument("--force", action="store_true", help="Ingest as if nothing had been ingested before.")
    parser.add_argument(
        "--owner",
        action="append",
        metavar="EMAIL",
        help="Grant access to these e-mail addresses, separated by commas, semicolons or spaces; may be repeated. "
        "Replaces the cube's grants by e-mail.",
    )
    parser.add_argument("--queue", action="store_true", help="Leave the work to the workers.")
    former = parser.add_argument_group("options of sst_archive")
    for kind in ("image", "video"):
        former.add_argument(
            f"--generate-{kind}-previews",
            action="store_true",
            help="Changes nothing: every ingestion makes the previews that are missing or whose source has changed.",
        )
    for option in FORMER_FORCE:
        former.add_argument(option, action="store_true", help="The same as --force.")


def request_from_options(options: dict[str, Any]) -> dict[str, Any]:
    """Make the fields of an order from the options.

    Raises
    ------
    CommandError
        If an owner is not an e-mail address.
    """
    forced = options["force"] or any(options[option[2:].replace("-", "_")] for option in FORMER_FORCE)
    request: dict[str, Any] = {"force": True} if forced else {}
    owners = split_addresses(" ".join(options["owner"] or ()))
    if options["owner"] and not owners:
        raise CommandError("--owner names no e-mail address.")
    if owners:
        for owner in owners:
            try:
                EmailField(max_length=MAX_EMAIL_LENGTH).clean(owner)
            except ValidationError:
                raise CommandError(f"--owner {owner}: this is not an e-mail address.") from None
        request["owner_email_addresses"] = owners
    return request


def ingest_all(
    orders: Iterable[WorkOrder], total: int, *, refused: int = 0, queue: bool, stdout: OutputWrapper
) -> None:
    """Ingest cubes, here or by the workers, with a progress bar on a terminal and a summary.

    Parameters
    ----------
    orders
        The orders, each put into the queue when its turn comes.
    total
        How many cubes there are.
    refused
        Number of cubes whose path was refused. They have no order and count as failed.
    queue
        Whether the work is left to the workers.
    stdout
        Where the summary goes.

    Raises
    ------
    CommandError
        With the number of cubes that failed, if any did.
    """
    began = time.monotonic()
    counts: Counter[str] = Counter({"failed": refused} if refused else {})
    for order in tqdm(orders, initial=refused, total=total, unit="cube", disable=not sys.stderr.isatty()):
        if queue:
            counts["queued"] += 1
            continue
        order = carry_out_here(order)
        counts[order.status] += 1
        error = f" {order.run.error}" if order.run and order.run.error else ""
        say(f"{order.relative_path}: {order.status}.{error}", stdout)
    if queue:
        send_wake_up(sweep)  # One message is enough: the sweep wakes as many workers as there is work for.
    summary = ", ".join(f"{number} {status}" for status, number in counts.items()) or "nothing to do"
    stdout.write(f"{total} cubes: {summary}; {time.monotonic() - began:.1f} s")
    if counts["failed"]:
        raise CommandError(f"{counts['failed']} of {total} cubes failed.")


def carry_out_here(order: WorkOrder) -> WorkOrder:
    """Process an order here until it ends; if a worker has claimed it, wait for that worker."""
    while True:
        mine = claim(worker_name(), order_id=order.pk)
        if mine is not None:
            carry_out(mine)
        order = WorkOrder.objects.select_related("run").get(pk=order.pk)
        if order.has_ended:
            return order
        if order.queued_at > timezone.now() or mine is None:
            time.sleep(POLL_SECONDS)
