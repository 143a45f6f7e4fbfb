"""A little of the audits, as beat has it done all the time."""

import time

from django.conf import settings
from django.utils import timezone

from keeper.fixity.audit import audit
from keeper.fixity.choosing import due_files
from keeper.fixity.pace import pace, read_at_idle_priority
from keeper.fixity.records import audit_of, keep
from keeper.leases import lease

LEASE = "audit of files"
SLICE_SECONDS = 55.0
"""After this time no further file is begun. Beat sends the next slice after a minute."""


def audit_slice() -> int:
    """Audit the files whose turn it is at the rate of FIXITY_MB_PER_SECOND, and return how many.

    A file that is interrupted is read again from its begin.

    Raises
    ------
    LeaseTaken
        If another process audits.
    TransientError
        If the storage is away.
    """
    stop, number = time.monotonic() + SLICE_SECONDS, 0
    read_at_idle_priority()
    with lease(LEASE) as held_lease:
        wait = pace(settings.FIXITY_MB_PER_SECOND * 1e6, held_lease.renew)

        def on_chunk(size: int) -> None:
            held_lease.renew()
            wait(size)

        for held in due_files():
            began = timezone.now()
            keep(held, audit(held, audit_of(held), on_chunk), began)
            held_lease.renew()
            number += 1
            if time.monotonic() > stop:
                break
    return number
