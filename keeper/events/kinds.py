"""The kinds of events."""

from django.db import models


class Kind(models.TextChoices):
    """What has happened."""

    CUBE_INGESTED = "cube.ingested", "Cube ingested"
    CUBE_CHANGED = "cube.changed", "Cube changed"
    CUBE_WITHDRAWN = "cube.withdrawn", "Cube withdrawn"
    CUBE_RELEASED = "cube.released", "Cube released"
    FILE_MISSING = "file.missing", "File missing"
    FIXITY_FAILED = "fixity.failed", "Fixity failed"
    ORDER_FAILED = "order.failed", "Order failed"
