"""The role of PostgreSQL by which queries are carried out: it may read the views of this room, and nothing else.

A query cannot name other tables, and takes nothing of its text to the database; the role is the second lock. It is
taken with ``SET LOCAL ROLE``, which holds for one transaction, also behind PgBouncer.
"""

import logging

from django.apps import AppConfig
from django.conf import settings
from django.db import ProgrammingError, connections, transaction
from django.db.backends.utils import CursorWrapper

from common.errors import on_one_line
from vo.tables import SCHEMAS

logger = logging.getLogger(__name__)


def prepare_role(using: str = "default") -> bool:
    """Create the role if it is missing, and give it the views; return whether it was created.

    Raises
    ------
    DatabaseError
        If the archive's own role may not do that. An administrator of PostgreSQL can: see docs/tap.md.
    """
    connection = connections[using]
    role = connection.ops.quote_name(settings.TAP_DATABASE_ROLE)
    with connection.cursor() as cursor:
        created = not _exists(cursor)
        if created:
            cursor.execute(f"CREATE ROLE {role} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT")
        cursor.execute(f"GRANT {role} TO CURRENT_USER")
        _grant_views(cursor, role)
    return created


def grant_after_migrate(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Give the role, if it exists, the views that a migration has made again; warn if the migrating role may not."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        if not _exists(cursor) or not _views_are_made(cursor):
            return
        try:
            with transaction.atomic(using):
                _grant_views(cursor, connection.ops.quote_name(settings.TAP_DATABASE_ROLE))
        except ProgrammingError as error:
            logger.warning(
                "%s was not given the views of TAP (%s). Run manage.py prepare_tap as their owner.",
                settings.TAP_DATABASE_ROLE,
                on_one_line(error),
            )


def _exists(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.TAP_DATABASE_ROLE])
    return cursor.fetchone() is not None


def _views_are_made(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = ANY(%s)", [[schema.name for schema in SCHEMAS]])
    return cursor.fetchone() == (len(SCHEMAS),)


def _grant_views(cursor: CursorWrapper, role: str) -> None:
    schemas = ", ".join(schema.name for schema in SCHEMAS)
    cursor.execute(
        f"GRANT USAGE ON SCHEMA {schemas} TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA {schemas} TO {role}"
    )
