"""The mails of accounts. Their links lead to ARCHIVE_BASE_URL, not to the host that a request named."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse


def send(name: str, to: str, **values: Any) -> None:
    """Send a mail of two templates, `accounts/mail/<name>_subject.txt` and `accounts/mail/<name>.txt`."""
    values["contact"] = settings.ARCHIVE_CONTACT_EMAIL
    subject = render_to_string(f"accounts/mail/{name}_subject.txt", values)
    send_mail(" ".join(subject.split()), render_to_string(f"accounts/mail/{name}.txt", values), None, [to])


def say_that_it_has_an_account(email: str) -> None:
    """Write to an address that somebody wants to use for another account."""
    send("has_account", email, log_in=link("login"), reset=link("password_reset"))


def link(view: str, *args: object) -> str:
    """Return the public address of a page."""
    return settings.ARCHIVE_BASE_URL + reverse(view, args=args)
