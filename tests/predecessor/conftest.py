"""Fixtures of the tests about sst_archive."""

import pytest
from django.test import Client


@pytest.fixture
def visitor() -> Client:
    """A browser of somebody who is not logged in. Errors are answered as in production."""
    return Client(raise_request_exception=False)
