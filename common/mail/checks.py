"""A check of the mail settings, for `manage.py check --deploy`."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def check_mail_server(**kwargs: Any) -> list[CheckMessage]:
    """Warn where no mail server is set."""
    if settings.SENDS_MAIL:
        return []
    text = "EMAIL_URL is not set: nobody can sign up, verify an address, or set a password by mail."
    return [Warning(text, "Such as smtp+tls://user:password@mail.example.org:587.", id="mail.W001")]
