"""The models of accounts."""

from accounts.models.limited_requests import LimitedRequest
from accounts.models.profiles import Profile
from accounts.models.reset_requests import ResetRequest
from accounts.models.tokens import APIToken

__all__ = ["APIToken", "LimitedRequest", "Profile", "ResetRequest"]
