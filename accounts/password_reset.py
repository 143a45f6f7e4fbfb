"""The page to ask for a new password by mail.

It only notes the request, in the same time whether or not there is an account; see `accounts.reset_requests`.
"""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import views as auth
from django.contrib.auth.forms import PasswordResetForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.limits import MOST_FOR_AN_ADDRESS, MOST_FROM_A_NETWORK, WINDOW, too_many_requests
from accounts.models import ResetRequest
from accounts.tasks import answer_reset_requests
from common.http.client_address import client_network
from common.wakeups import send_wake_up


class PasswordResetView(auth.PasswordResetView):
    """Takes an e-mail address, and answers the same whether or not there is an account with it."""

    template_name = "accounts/forgotten_password.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Explain that no mail is sent if no mail server is set."""
        if not settings.SENDS_MAIL:
            context = {"contact": settings.ARCHIVE_CONTACT_EMAIL}
            return render(request, "accounts/no_mail.html", context, status=404)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        """Note the request, unless there were too many of late."""
        if not note_request(form.cleaned_data["email"], client_network(self.request)):
            return too_many_requests(self.request)
        return redirect("password_reset_done")


def note_request(email: str, network: str | None) -> bool:
    """Note a request and wake a worker; return False if there were too many for this address or from this network."""
    email, network = email.casefold()[:254], network or ""
    recent = ResetRequest.objects.filter(asked_at__gte=timezone.now() - WINDOW)
    if recent.filter(email=email).count() >= MOST_FOR_AN_ADDRESS:
        return False
    if recent.filter(network=network).count() >= MOST_FROM_A_NETWORK:
        return False
    with transaction.atomic():
        ResetRequest.objects.create(email=email, network=network)
        transaction.on_commit(partial(send_wake_up, answer_reset_requests))
    return True
