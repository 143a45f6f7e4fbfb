"""Fixtures of these tests."""

import re

import pytest
from django.contrib.auth.models import User

from tests.support.visit_fixture import visit

__all__ = ["visit"]

PASSWORD = "a good one 77"
VALUES = {
    "name": "Åsa Åkesson",
    "email": "Asa@Observatory.example",
    "affiliation": "Institute of <b>Physics</b>",
    "purpose": "Flares",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


@pytest.fixture
def sends_mail(settings) -> None:
    """Let the archive have a mail server; the mails go to `mailoutbox`."""
    settings.SENDS_MAIL = True
    settings.ARCHIVE_BASE_URL = "https://archive.example.org"


@pytest.fixture
def anna(db) -> User:
    """An account made by staff, whose address is not verified."""
    return User.objects.create_user("anna", email="anna@observatory.example", password=PASSWORD)


def link_in(mail) -> str:
    """The path of the link in a mail."""
    [path] = re.findall(r"https://archive\.example\.org(/accounts/confirm-email/\S+)", mail.body)
    return path
