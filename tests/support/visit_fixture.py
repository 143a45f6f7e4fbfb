"""The fixture that opens a page."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.support.html import Element, parse_html

Visit = Callable[..., Element]


@pytest.fixture
def visit(client: Client) -> Visit:
    """Return a function that opens a page, checks its status, and returns its content."""

    def visit(url: str, status: int = 200) -> Element:
        response = client.get(url, headers={"Accept": "text/html"})
        assert response.status_code == status, response.content.decode()
        return parse_html(response.content.decode())

    return visit
