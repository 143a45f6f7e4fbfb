"""The callback of an order: who posts it names a URL, which `keeper.webhooks` tells of its end."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from accounts.models import APIToken


def with_callback_token(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a POST, with the API token that signs the callback if there is one.

    Raises
    ------
    ValidationError
        If the request has a callback, and no API token.
    """
    if "callback_url" not in fields:
        return fields
    if not isinstance(request.auth, APIToken):
        raise ValidationError({"callback_url": ["Its message is signed with an API token: post with one."]})
    return fields | {"callback_token": request.auth.pk}
