"""Lists of the API, in pages that cost the same however long a list is."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from common.keyset import CursorRefused, Ordering, Page, Row, Ways, keyset_page

PAGE_SIZE = 50
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


class KeysetPagination(BasePagination):
    """Pages of a view that has `orderings`."""

    parameters = ("ordering", "cursor", "page_size")
    max_page_size = 200

    def rows_of_page(
        self,
        rows: QuerySet[Row],
        request: Request,
        orderings: Mapping[str, Ordering],
        ways: Callable[[Ordering], Ways[Row] | None] = lambda ordering: None,
    ) -> list[Row]:
        """Return the rows of the page that is asked for; `ways` tells of an order how `keyset_page` finds them."""
        self.request = request
        parameters = request.query_params
        order = order_of(parameters.get("ordering"), orderings)
        size = _page_size(parameters.get("page_size"), self.max_page_size)
        self.ways: Ways | None = ways(orderings[order])
        try:
            page = keyset_page(rows, orderings, order, parameters.get("cursor") or None, size, self.ways)
        except CursorRefused as refused:
            raise ValidationError({"cursor": [str(refused)]}) from refused
        self.page: Page = page
        return page.rows

    def get_paginated_response(self, data: list[Any]) -> Response:
        """Return the page with the links to its neighbours."""
        return Response(
            {
                "next": self._link(self.page.next_cursor),
                "previous": self._link(self.page.previous_cursor),
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page."""
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link | {"description": "The next page; null: this is the last."},
                "previous": link | {"description": "The page before; null: this is the first."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the parameters."""
        described = {
            "ordering": (
                "How the list is ordered: "
                + ", ".join(f"`{o}`: {how.label}" for o, how in view.orderings.items())
                + ".",
                {"type": "string", "enum": list(view.orderings), "default": next(iter(view.orderings))},
            ),
            "cursor": ("Where the page begins; taken from the links `next` and `previous`.", {"type": "string"}),
            "page_size": (
                "How many a page has.",
                {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": PAGE_SIZE},
            ),
        }
        return [
            {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
            for name, (description, schema) in described.items()
        ]

    def _link(self, cursor: str | None) -> str | None:
        return cursor and replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)


def order_of(value: str | None, orderings: Mapping[str, Ordering]) -> str:
    """Return the order that the parameter `ordering` names, by default the first.

    Raises
    ------
    ValidationError
        If it names none.
    """
    if not value:
        return next(iter(orderings))
    if value not in orderings:
        raise ValidationError({"ordering": [f"Not one of {', '.join(orderings)}."]})
    return value


def _page_size(value: str | None, largest: int) -> int:
    if not value:
        return PAGE_SIZE
    if not _WHOLE_NUMBER.fullmatch(value) or not 1 <= int(value) <= largest:
        raise ValidationError({"page_size": [f"Not a whole number from 1 to {largest}."]})
    return int(value)
