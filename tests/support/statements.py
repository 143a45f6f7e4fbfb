"""What the archive asks of PostgreSQL besides what a page is made of."""

from django.db import connection


def of_limits(number: int = 1) -> int:
    """Return the statements that so many limits of time take: a savepoint, two settings, and its release."""
    return 4 * number if connection.vendor == "postgresql" else 0
