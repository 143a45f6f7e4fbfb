"""A walk through the storage: notes what is gone, queues what is new or changed, shows what stays missing."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from common.batches import batches
from common.paths import check_storage
from common.processes import worker_name
from common.wakeups import send_wake_up
from keeper import mails
from keeper.discovery import missing
from keeper.discovery.comparing import Finding, Verdict, compare
from keeper.discovery.moved import requests_for
from keeper.discovery.tree import Patterns, Tree
from keeper.leases import lease
from keeper.models import Walk
from workorders.queue import post_orders, requeue
from workorders.tasks import sweep

logger = logging.getLogger(__name__)

LEASE = "discovery"
FILES_AT_ONCE = 500
ORDERS_AT_ONCE = 100
MOST_NAMES_KEPT = 1000
WALKS_KEPT = 500

Tell = Callable[[str], None]


def _silent(line: str) -> None:
    pass


def discover(folders: Iterable[str] = (), tell: Tell = _silent) -> Walk:
    """Walk through the science data folder, or some folders below it, act on what differs, and return the report.

    Parameters
    ----------
    folders
        Paths below the science data folder.
    tell
        Receives a line for each file that differs from what is recorded.

    Raises
    ------
    LeaseTaken
        If another walk is running.
    TransientError
        If the storage is away; the report says so. What was queued before stays queued, and nothing becomes missing.
    """
    with lease(LEASE) as held:
        Walk.objects.filter(finished_at=None).update(finished_at=timezone.now(), error="Its process died.")
        report = Walk.objects.create(folders=list(folders), worker=worker_name())
        try:
            _Walk(report, tell, held.renew).go()
        except BaseException as error:
            report.error = str(error) or type(error).__name__
            raise
        finally:
            report.finished_at = timezone.now()
            report.save()
            mails.mail_error(report)
        oldest_kept = Walk.objects.order_by("-pk").values_list("pk", flat=True)[WALKS_KEPT : WALKS_KEPT + 1]
        Walk.objects.filter(pk__lte=next(iter(oldest_kept), 0)).delete()
    return report


def plan(folders: Iterable[str] = (), tell: Tell = _silent) -> Walk:
    """Walk as `discover` does, but change nothing, and return the report, which is not stored."""
    report = Walk(folders=list(folders))
    _Walk(report, tell, lambda: None, acts=False).go()
    return report


class _Walk:
    """One walk and its report."""

    def __init__(self, report: Walk, tell: Tell, tick: Callable[[], None], *, acts: bool = True) -> None:
        self._root = Path(settings.SCIENCE_DATA_ROOT)
        self._report, self._tell, self._tick, self._acts = report, tell, tick, acts
        before = Walk.objects.exclude(pk=report.pk).order_by("-pk").first()
        self._refused_before = {refused["what"] for refused in before.refused_names} if before else set()
        patterns = Patterns(tuple(settings.DISCOVERY_INCLUDE), tuple(settings.DISCOVERY_EXCLUDE))
        self._tree = Tree(self._root, patterns, self._refuse, tick)

    def go(self) -> None:
        """Look at the files that are recorded, then at those that are there, so that moved ones are known as gone."""
        check_storage(self._root)
        folders = self._report.folders or [""]
        for folder in folders:
            self._look_for_recorded(folder)
        if self._acts:
            missing.forget_returned(self._root, self._tick)
        for findings in batches(self._findings(folders), ORDERS_AT_ONCE):
            self._post(findings)
            self._tick()
        if self._acts:
            send_wake_up(sweep)
            self._report.missing = missing.show_missing(self._root, self._tick)
            mails.mail_missing()

    def _look_for_recorded(self, folder: str) -> None:
        for gone in batches(missing.find_gone(self._root, folder, self._tick), missing.FILES_AT_ONCE):
            if self._acts:
                missing.note_gone(gone)
            self._report.gone += len(gone)
            overdue = missing.overdue(gone)
            for file in gone:
                self._tell(f"{'missing' if file.relative_path in overdue else 'gone'}: {file.relative_path}")
        for row in missing.find_returned(self._root, folder, self._tick):
            if self._acts:
                missing.show_as_found(row)
            self._report.returned += 1
            self._tell(f"returned: {row.relative_path}")

    def _findings(self, folders: Iterable[str]) -> Iterator[Finding]:
        """Yield what is to be posted; count and tell all that differs."""
        files = (file for folder in folders for file in self._tree.files(folder))
        for some in batches(files, FILES_AT_ONCE):
            self._tick()
            self._report.files += len(some)
            for finding in compare(some):
                path = finding.file.relative_path
                if finding.verdict == Verdict.REFUSED:
                    self._refuse(path, finding.reason)
                    continue
                self._tell(f"{finding.verdict}: {path}")
                if finding.verdict == Verdict.WAITING:
                    self._report.waiting += 1
                else:
                    yield finding

    def _post(self, findings: list[Finding]) -> None:
        new = [finding.file for finding in findings if finding.verdict == Verdict.NEW]
        changed = [finding.file.relative_path for finding in findings if finding.verdict == Verdict.CHANGED]
        if self._acts:
            requests = requests_for(new)
            requeue([*changed, *(path for path, request in requests.items() if not request)])
            post_orders([(path, request) for path, request in requests.items() if request])
        self._report.new += len(new)
        self._report.changed += len(changed)

    def _refuse(self, path: str, reason: str) -> None:
        """Count a file that cannot be posted, and log it unless the walk before has met it too."""
        name = os.fsencode(path).decode(errors="backslashreplace")
        self._report.refused += 1
        if len(self._report.refused_names) >= MOST_NAMES_KEPT:
            return
        self._report.refused_names.append({"what": name, "reason": reason})
        self._tell(f"refused: {name} ({reason})")
        if name not in self._refused_before:
            logger.warning("discovery: “%s” is not posted: %s", name, reason)
