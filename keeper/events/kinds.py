"""The kinds of events."""

from django.db import models


class Kind(models.TextChoices):
    """What happened. The values are the types of the webhooks' messages."""

    CUBE_INGESTED = "cube.ingested", "Cube ingested"
    CUBE_CHANGED = "cube.changed", "Cube changed"
    CUBE_WITHDRAWN = "cube.withdrawn", "Cube withdrawn"
    CUBE_RELEASED = "cube.released", "Cube released"
    FILE_MISSING = "file.missing", "File missing"
    FIXITY_FAILED = "fixity.failed", "Fixity failed"
    ORDER_FAILED = "order.failed", "Order failed"


INCIDENTS = frozenset({Kind.FILE_MISSING, Kind.FIXITY_FAILED, Kind.ORDER_FAILED})
"""Kinds that somebody has to see to. Webhooks tell the path and the message of these only."""

OF_ORDERS = frozenset({Kind.ORDER_FAILED})
"""Kinds that only those may read who may look at orders."""
