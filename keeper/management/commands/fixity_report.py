"""``manage.py fixity_report``: print how much was audited."""

from typing import Any

from django.core.management.base import BaseCommand

from common.sizes import bytes_with_unit
from keeper.fixity.report import PERIODS, report


class Command(BaseCommand):
    """Print what was audited within a day, a year, and since the first audit."""

    help = "Print how many files and bytes were audited, the errors, and the coverage."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each period."""
        for name, period in PERIODS.items():
            found = report(period)
            self.stdout.write(
                f"{name}: {found.files} files read, {bytes_with_unit(found.bytes)}, {found.errors} errors, "
                f"{found.incidents} incidents; {found.covered} of {found.held} files held "
                f"({100 * found.coverage:.1f} %, {bytes_with_unit(found.held_bytes)} in all) were covered"
            )
