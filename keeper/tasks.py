"""The Celery tasks of the queue `keeper`: long reads of the storage, beside the work of all others."""

import logging

from celery import shared_task
from django.conf import settings

from common.transience import left_to_the_next_sweep
from keeper.leases import LeaseTaken
from workorders.storage import storage_is_there

logger = logging.getLogger(__name__)

QUEUE = "keeper"
LONGEST_WALK_SECONDS = 24 * 3600
LONGEST_FILE_SECONDS = 7 * 24 * 3600


@shared_task(soft_time_limit=LONGEST_WALK_SECONDS, time_limit=LONGEST_WALK_SECONDS + 60)
def discover_files() -> None:
    """Walk through the storage; beat sends this every DISCOVERY_MINUTES."""
    from keeper.discovery.walk import discover

    with left_to_the_next_sweep():
        if not (settings.DISCOVERY_MINUTES and storage_is_there()):
            return
        try:
            logger.info("discovery: %s", discover())
        except LeaseTaken as taken:
            logger.info("discovery: %s", taken)


@shared_task(soft_time_limit=LONGEST_FILE_SECONDS, time_limit=LONGEST_FILE_SECONDS + 60)
def audit_some_files() -> None:
    """Audit files for about a minute, or one file for as long as it takes; beat sends this every minute."""
    from keeper.fixity.slices import audit_slice  # Imports astropy.

    with left_to_the_next_sweep():
        if not (settings.FIXITY_MB_PER_SECOND and storage_is_there()):
            return
        try:
            audit_slice()
        except LeaseTaken as taken:
            logger.info("audit of files: %s", taken)
