"""Keeps workers that cannot see the storage from taking orders, which those of other machines can carry out."""

import logging
import socket
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from common.errors import TransientError
from common.paths import check_storage
from common.upsert import upsert
from workorders.models import HostWithoutStorage

logger = logging.getLogger(__name__)

SHOWN_FOR = timedelta(days=1)
"""A machine that no longer looks may be gone for good."""


class _Sight:
    """What this process knows of the storage: until when it takes no orders, and whether its machine may have a row."""

    paused_until = 0.0
    may_have_row = True


def storage_is_there() -> bool:
    """Return whether this process may take orders.

    If the storage is away, the machine gets a row for the front page, and its processes take no orders for
    ORDER_LEASE_SECONDS.
    """
    if time.monotonic() < _Sight.paused_until or storage_is_away():
        return False
    if _Sight.may_have_row and HostWithoutStorage.objects.filter(host=socket.gethostname()).delete()[0]:
        logger.info("The storage is back; orders are taken again.")
    _Sight.may_have_row = False
    return True


def storage_is_away() -> bool:
    """Look whether the storage is away, rather than one file. If so, record it, and take no orders for a while."""
    try:
        check_storage(Path(settings.SCIENCE_DATA_ROOT))
    except TransientError as error:
        logger.warning("no orders are taken for %g s: %s", settings.ORDER_LEASE_SECONDS, error)
        now = timezone.now()
        row = HostWithoutStorage(host=socket.gethostname(), since=now, seen_at=now, reason=str(error))
        upsert(row, "host", keep=["since"])
        _Sight.may_have_row = True
        _Sight.paused_until = time.monotonic() + settings.ORDER_LEASE_SECONDS
        return True
    return False


def hosts_without_storage() -> QuerySet[HostWithoutStorage]:
    """Return the machines whose workers do not see the storage."""
    return HostWithoutStorage.objects.filter(seen_at__gte=timezone.now() - SHOWN_FOR)
