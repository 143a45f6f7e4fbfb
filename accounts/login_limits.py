"""Limits on logging in, besides those of django-axes for one account from one network."""

import unicodedata
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from common.http.client_address import client_network

MOST_FROM_A_NETWORK = 100
"""Wrong passwords for any accounts, within the time that django-axes counts."""


class NetworkLimit:
    """The first backend: refuses any password from a network that has tried too many accounts."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Authenticate nobody, and refuse passwords from such a network.

        Raises
        ------
        PermissionDenied
            If there were too many wrong passwords.
        """
        if not request or not (network := client_network(request)):
            return
        since = timezone.now() - settings.AXES_COOLOFF_TIME
        attempts = AccessAttempt.objects.filter(ip_address=network, attempt_time__gte=since)
        failures = attempts.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
        if failures >= MOST_FROM_A_NETWORK:
            request.axes_locked_out = True  # type: ignore[attr-defined]  # django-axes answers with its page then.
            raise PermissionDenied


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """Return the name under which django-axes counts attempts: the ways to write an address count together."""
    name = (credentials or request.POST).get("username")
    return unicodedata.normalize("NFKC", name).casefold().strip() if name and "@" in name else name


def too_many_attempts(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any]) -> HttpResponse:
    """Answer a login after too many wrong passwords, on this site's form or the admin's."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    answer = render(request, "accounts/too_many_attempts.html", {"minutes": minutes}, status=429)
    answer["Retry-After"] = str(60 * minutes)
    return answer
