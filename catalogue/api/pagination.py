"""The pages of the list of cubes, with the number of cubes on the first page."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.filters import TOO_MANY_COMPARED
from catalogue.totals import EXACT_UP_TO, Total, total_of
from common.api.pagination import KeysetPagination
from common.bounded_statements import TookTooLong
from common.keyset import Ordering, Ways


class CubePagination(KeysetPagination):
    """Pages of cubes."""

    def rows_of_page(
        self,
        rows: QuerySet[Any],
        request: Request,
        orderings: Mapping[str, Ordering],
        ways: Callable[[Ordering], Ways[Any] | None] = lambda ordering: None,
    ) -> list[Any]:
        """Return the cubes of the page that is asked for, and count all cubes of the first page's list."""
        try:
            cubes = super().rows_of_page(rows, request, orderings, ways)
        except TookTooLong as too_long:
            raise ValidationError({"keyword": [TOO_MANY_COMPARED]}) from too_long
        is_first = not request.query_params.get("cursor")
        self.total: Total | None = total_of(rows, self.page, self.ways) if is_first else None
        return cubes

    def get_paginated_response(self, data: list[Any]) -> Response:
        response = super().get_paginated_response(data)
        response.data["total"] = self.total and self.total.number
        response.data["total_is_exact"] = self.total and self.total.is_exact
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        described = super().get_paginated_response_schema(schema)
        described["required"] += ["total", "total_is_exact"]
        described["properties"] |= {
            "total": {
                "type": "integer",
                "nullable": True,
                "minimum": 0,
                "maximum": EXACT_UP_TO,
                "description": f"Number of cubes that match, at most {EXACT_UP_TO}. Null: this is not the first page, "
                "or the count takes too long.",
            },
            "total_is_exact": {
                "type": "boolean",
                "nullable": True,
                "description": "False: more cubes than the total match. Null as the total.",
            },
        }
        return described
