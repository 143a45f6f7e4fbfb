"""Expressions for Django's queries whose SQL is written by hand."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func
from django.db.models.sql.compiler import SQLCompiler


class WrittenCondition(Func):
    """A condition whose SQL `write` puts together."""

    output_field = BooleanField()

    def write(self, parts: Sequence[str], vendor: str) -> str:
        """Return the SQL, which has each of the parts that hold a parameter once, and these in their order.

        Parameters
        ----------
        parts
            The SQL of the arguments.
        vendor
            The database, such as “postgresql”.
        """
        raise NotImplementedError

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL and its parameters."""
        compiled = [compiler.compile(expression) for expression in self.source_expressions]
        parameters = tuple(parameter for _, some in compiled for parameter in some)
        return self.write([sql for sql, _ in compiled], connection.vendor), parameters
