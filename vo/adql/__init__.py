"""ADQL, the query language of TAP: a parser, and a translation to PostgreSQL.

Supported are ADQL 2.0 without its geometry, and of ADQL 2.1 `OFFSET`, `UNION`, `EXCEPT`, `INTERSECT`, `ILIKE`, `LOWER`,
`UPPER`, `CAST` and `COALESCE`. Nothing of a query's text reaches the database: the names of columns come from the
description of the tables, all other names are made here, and constants are parameters.

It is our own because queryparser-python3 (0.8.0) evaluates parts of a query as Python (`eval`, for `POINT(exit(), 0)`),
passes on functions that it does not know, refuses `SELECT TOP 100 *`, and takes 6 s for 200 conditions.
"""

from vo.adql.errors import ADQLError
from vo.adql.parser import parse
from vo.adql.translation import OutputColumn, Translation, translate

__all__ = ["ADQLError", "OutputColumn", "Translation", "parse", "translate"]
