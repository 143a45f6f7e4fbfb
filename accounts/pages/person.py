"""What the views of logged-in people share."""

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest


def person_of(request: HttpRequest) -> User:
    """Return the account of a request whose view needs one."""
    return cast(User, request.user)
