"""Passwords that are set by e-mail, and those that were tried too often. Accounts are made by staff, in the admin."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import views as auth
from django.contrib.auth.forms import PasswordResetForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class PasswordResetView(auth.PasswordResetView):
    """Sends a mail with a link, and answers the same whether or not there is an account with the address."""

    template_name = "catalogue/accounts/forgotten_password.html"
    email_template_name = "catalogue/accounts/password_mail.txt"
    subject_template_name = "catalogue/accounts/password_mail_subject.txt"

    def form_valid(self, form: PasswordResetForm) -> Any:
        """Send the mail. Its link leads to ARCHIVE_BASE_URL, whatever host the request was sent to."""
        base = urlsplit(settings.ARCHIVE_BASE_URL)
        self.extra_email_context = {"protocol": base.scheme, "domain": base.netloc}
        return super().form_valid(form)


def too_many_attempts(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any]) -> HttpResponse:
    """Answer somebody who has tried a password too often, on this site's form or on the admin's."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    answer = render(request, "catalogue/accounts/too_many_attempts.html", {"minutes": minutes}, status=429)
    answer["Retry-After"] = str(60 * minutes)
    return answer
