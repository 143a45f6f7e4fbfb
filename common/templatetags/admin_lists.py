"""Lists of the admin that a phone can show: each cell of a row carries the title of its column."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

register = template.Library()


@register.filter
def with_titles(cells: Iterable[str], headers: Sequence[dict[str, Any]]) -> list[SafeString]:
    """Return the cells of a row of Django's list of results, each with its column's title in `data-label`.

    The column of the checkboxes has a checkbox as its title, which is left out.
    """
    titled = []
    for cell, header in zip(cells, headers, strict=False):
        title = "" if "<" in str(header["text"]) else capfirst(str(header["text"]))
        name, rest = cell[:3], cell[3:]  # `<td` or `<th`, with its attributes after it.
        titled.append(mark_safe(f'{name} data-label="{escape(title)}"{rest}'))  # noqa: S308  Django made the cell.
    return titled
