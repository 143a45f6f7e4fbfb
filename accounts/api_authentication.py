"""The header ``Authorization: Token …`` of the API."""

from django.contrib.auth.models import User
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import APIToken
from accounts.tokens import find_token


class APITokenAuthentication(TokenAuthentication):
    """Authenticates by a token of `accounts.tokens`; `request.auth` is its row."""

    def authenticate_credentials(self, key: str) -> tuple[User, APIToken]:
        """Return the account and the row of a token.

        Raises
        ------
        AuthenticationFailed
            If the token is not known, or its account is inactive.
        """
        token = find_token(key)
        if not token:
            raise AuthenticationFailed("Invalid token.")
        if not token.user.is_active:
            raise AuthenticationFailed("User inactive or deleted.")
        return token.user, token
