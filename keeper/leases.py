"""Takes and renews leases, so that of all processes of all machines one does a kind of work at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from common.errors import PermanentError
from common.processes import worker_name
from keeper.models import Lease


class LeaseTaken(PermanentError):
    """Another process does this work."""


class Held:
    """A lease that this process holds."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._renew_at = time.monotonic() + _seconds() / 3

    def renew(self) -> None:
        """Prolong the lease; call it often, as it costs a statement only every ORDER_LEASE_SECONDS / 3.

        Raises
        ------
        LeaseTaken
            If the process paused for so long that another one has taken the lease.
        """
        if time.monotonic() < self._renew_at:
            return
        mine = Lease.objects.filter(pk=self._lease.pk, token=self._lease.token)
        if not mine.update(expires_at=timezone.now() + timedelta(seconds=_seconds())):
            raise LeaseTaken(f"The process paused for so long that another one has taken over: {self._lease.name}.")
        self._renew_at = time.monotonic() + _seconds() / 3


@contextmanager
def lease(name: str) -> Iterator[Held]:
    """Hold the lease of this name during the block.

    Raises
    ------
    LeaseTaken
        If another process holds it.
    """
    now = timezone.now()
    Lease.objects.filter(name=name, expires_at__lt=now).delete()
    expires_at = now + timedelta(seconds=_seconds())
    try:
        with transaction.atomic():
            taken = Lease.objects.create(name=name, holder=worker_name(), taken_at=now, expires_at=expires_at)
    except IntegrityError:
        other = Lease.objects.filter(name=name).first()
        who = f"{other.holder} since {other.taken_at:%Y-%m-%d %H:%M:%S} UTC" if other else "it has just ended"
        raise LeaseTaken(f"Only one process does this at a time: {name} ({who}).") from None
    try:
        yield Held(taken)
    finally:
        Lease.objects.filter(pk=name, token=taken.token).delete()


def _seconds() -> float:
    return float(settings.ORDER_LEASE_SECONDS)
