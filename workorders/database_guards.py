"""Sets limits in PostgreSQL for every session of the archive's role in the archive's database.

They are stored in the database, because PgBouncer does not pass on start-up options and does not keep a `SET`.
"""

import logging
from math import ceil

from django.apps import AppConfig
from django.conf import settings
from django.db import DatabaseError, connections

from common.errors import on_one_line

logger = logging.getLogger(__name__)


def guards() -> dict[str, str]:
    """Return the settings of PostgreSQL that the archive needs, by their names."""
    return {
        # PostgreSQL would compile some statements of the lists, which takes longer than the statements.
        "jit": "off",
        # The locks of a process that stops within a transaction would otherwise outlast its lease, and hold up
        # everybody who posts or claims the order.
        "idle_in_transaction_session_timeout": str(ceil(1000 * settings.ORDER_LEASE_SECONDS)),
    }


def set_guards(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Set the guards that differ, after `migrate`. Sessions that are open keep what they began with."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")  # PgBouncer may have another name for it.
        [database] = cursor.fetchone()
        cursor.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting WHERE setrole = CURRENT_USER::regrole "
            "AND setdatabase = (SELECT oid FROM pg_database WHERE datname = %s)",
            [database],
        )
        present = {setting for (setting,) in cursor.fetchall()}
        for name, value in guards().items():
            if f"{name}={value}" in present:
                continue
            quoted = connection.ops.quote_name(database)
            statement = f"ALTER ROLE CURRENT_USER IN DATABASE {quoted} SET {name} TO '{value}'"
            try:
                cursor.execute(statement)
            except DatabaseError as error:
                logger.warning(
                    "PostgreSQL refused “%s”: %s. Let its administrator do it.", statement, on_one_line(error)
                )
