"""Makes, finds and revokes the tokens of the API."""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from accounts.models import APIToken
from accounts.models.tokens import MAX_NAME_LENGTH
from common.rows import unique_row

NOTED_EVERY = timedelta(hours=1)
"""So often at most the last use of a token is written."""


def make_token(user: User, name: str, *, waits_for_result: bool = False) -> str:
    """Make a token for an account, and return the token, which is stored nowhere."""
    key = secrets.token_hex(20)
    take_over_token(user, key, name, waits_for_result=waits_for_result)
    return key


def take_over_token(user: User, key: str, name: str, *, waits_for_result: bool = False) -> APIToken:
    """Let an account use a token that exists already, and return its row.

    A token that the archive knows stays as it is, so that this can be repeated.

    Raises
    ------
    ValueError
        If the token belongs to another account.
    """
    values = {"user": user, "name": name[:MAX_NAME_LENGTH], "waits_for_result": waits_for_result}
    token, _ = APIToken.objects.get_or_create(digest=digest_of(key), defaults=values)
    if token.user_id != user.pk:
        raise ValueError(f"The token “{name}” of {user.get_username()} belongs to another account.")
    return token


def find_token(key: str) -> APIToken | None:
    """Return the row of a token with its account, and note that it is used."""
    token = unique_row(APIToken, "user", digest=digest_of(key))
    if token:
        _note_use(token)
    return token


def digest_of(key: str) -> str:
    """Return the digest under which a token is stored."""
    return sha256(key.encode()).hexdigest()


def _note_use(token: APIToken) -> None:
    now = timezone.now()
    if token.last_used_at and token.last_used_at > now - NOTED_EVERY:
        return
    # Of requests at the same time, one writes.
    long_ago = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED_EVERY)
    APIToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)
