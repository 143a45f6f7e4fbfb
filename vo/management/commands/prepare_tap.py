"""``manage.py prepare_tap``: creates the role of PostgreSQL that TAP reads with."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from common.errors import on_one_line
from vo.role import prepare_role


class Command(BaseCommand):
    """Creates the role of TAP_DATABASE_ROLE, which may read the views of TAP and nothing else. Can be repeated."""

    help = "Create the role of PostgreSQL that TAP reads with, and let it read the views of TAP."

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("TAP needs PostgreSQL: set DATABASE_URL.")
        try:
            created = prepare_role()
        except DatabaseError as error:
            raise CommandError(
                f"PostgreSQL refused: {on_one_line(error)}. Let its administrator do it, as docs/tap.md says."
            ) from error
        self.stdout.write(
            f"The role {settings.TAP_DATABASE_ROLE} {'is created' if created else 'was there'} and may read."
        )
