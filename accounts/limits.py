"""Limits on requests that send mail, check a password or fill tables."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import LimitedRequest
from accounts.models.limited_requests import MAX_KEY_LENGTH
from common.http.client_address import client_network

WINDOW = timedelta(hours=1)
KEPT = timedelta(days=1)
MOST_FOR_AN_ADDRESS, MOST_FROM_A_NETWORK, MOST_PASSWORDS, MOST_TOKENS = 3, 10, 10, 20
"""Requests within the window: mails for one address, mails from one network, passwords and tokens of one account."""


TOO_MANY_PASSWORDS = "There were too many attempts. Try again in an hour."


def allowed(kind: str, key: str, most: int) -> bool:
    """Count a request, unless there were `most` within the window; return whether it may go on."""
    key = key[:MAX_KEY_LENGTH]
    recent = LimitedRequest.objects.filter(kind=kind, key=key, asked_at__gte=timezone.now() - WINDOW)
    if recent.count() >= most:
        return False
    LimitedRequest.objects.create(kind=kind, key=key)
    return True


def mail_allowed(request: HttpRequest, email: str) -> bool:
    """Count a request that sends a mail, by network and by address; return whether it may go on."""
    # An address may not be known, as behind a Unix socket: then all such requests count together.
    if not allowed("mail-network", client_network(request) or "", MOST_FROM_A_NETWORK):
        return False
    return allowed("mail-address", email.casefold(), MOST_FOR_AN_ADDRESS)


def password_allowed(account: int) -> bool:
    """Count a password that somebody gives for an account, besides the log-in; return whether it may be tried."""
    return allowed("password", str(account), MOST_PASSWORDS)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Answer a request that is over its limit."""
    minutes = int(WINDOW.total_seconds() // 60)
    answer = render(request, "accounts/too_many_requests.html", {"minutes": minutes}, status=429)
    answer["Retry-After"] = str(60 * minutes)
    return answer


def forget_old_requests() -> None:
    """Delete the requests that have ceased to count."""
    LimitedRequest.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()
