"""Mails about requests. They are queued in the caller's transaction."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from accounts.access_requests.models import AccessRequest
from accounts.access_requests.people import described, usable_address
from accounts.access_requests.targets import Kind, target_of
from accounts.mails import link
from common.errors import on_one_line


def tell_deciders(request: AccessRequest) -> None:
    """Send a new request to those who decide on it. An answer to the mail goes to the person."""
    page = link("admin:access_requests_accessrequest_change", request.pk)
    context = {"who": described(request.person), "page": page}
    address = usable_address(request.person)
    _send(request, "request_mail", _deciders(request), context, reply_to=[address] if address else [])


def tell_person(request: AccessRequest) -> None:
    """Send the decision to the person who asked."""
    address = usable_address(request.person)
    _send(request, "answer_mail", [address] if address else [], {"requests": link("access-requests")})


def _deciders(request: AccessRequest) -> list[str]:
    group = target_of(request).group if request.kind == Kind.GROUP else None
    deciders = group.deciders.filter(is_active=True) if group else []
    found = [address for address in map(usable_address, deciders) if address]
    contact = usable_address(User(email=settings.ARCHIVE_CONTACT_EMAIL))
    return found or ([contact] if contact else [])


def _send(
    request: AccessRequest, template: str, to: list[str], context: dict[str, Any], reply_to: list[str] | None = None
) -> None:
    if not to:
        return
    target = target_of(request)
    subject = on_one_line(f"Request {request.pk} for {target}: {request.get_state_display().lower()}")
    context |= {
        "request": request,
        "target": on_one_line(str(target)),
        "link": f"{settings.ARCHIVE_BASE_URL}{target.path}",
    }
    body = render_to_string(f"access_requests/{template}.txt", context)
    EmailMessage(subject, body, to=to, reply_to=reply_to).send()
