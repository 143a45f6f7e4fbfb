"""The models of accounts."""

from accounts.models.reset_requests import ResetRequest
from accounts.models.tokens import APIToken

__all__ = ["APIToken", "ResetRequest"]
