"""Notes a request for access and tells those who decide."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.utils import timezone

from accounts.access_requests.mails import tell_deciders
from accounts.access_requests.models import AccessRequest
from accounts.access_requests.people import verified_address
from accounts.access_requests.targets import Kind, Target
from datacubes.models import DataCube

DAY = timedelta(days=1)
MOST_A_DAY = 20
MOST_WAITING = 100
"""Requests of one person within a day, and that wait at the same time."""


class AskingRefused(Exception):
    """The request was not noted. The message says why, for the person."""


class TooManyRequests(AskingRefused):
    """The person has asked for too much within a day."""


def why_not_to_ask(person: User, target: Target) -> str:
    """Return why a person need not, or cannot, ask for something; empty if they can."""
    if reason := target.why_settled():
        return reason
    if target.is_open_to(person):
        return "You are a member already." if target.kind == Kind.GROUP else "You have access already."
    if not verified_address(person):
        return "Verify your e-mail address first: staff decide by it, and access is given to it."
    if waiting_request(person, target):
        return "You have asked for this already. The archive’s staff have not answered yet."
    return ""


def waiting_request(person: User, target: Target) -> AccessRequest | None:
    """Return the request of a person for something that waits for an answer."""
    waiting = AccessRequest.objects.filter(person=person, state=AccessRequest.State.WAITING)
    return waiting.filter(kind=target.kind, target=target.key).first()


def asked_at(user: User | AnonymousUser, cube: DataCube) -> datetime | None:
    """Return when a person made the request for a cube that waits for an answer; None without such a request."""
    request = waiting_request(user, Target(Kind.CUBE, cube.oid)) if user.is_authenticated else None
    return request.asked_at if request else None


def ask(person: User, target: Target, text: str) -> AccessRequest:
    """Note a request and queue the mail to those who decide, in one transaction.

    Raises
    ------
    AskingRefused
        If the person need not or cannot ask for it, or has asked for too much.
    """
    with transaction.atomic():
        # Requests of one person wait for each other here, so that the bounds hold.
        if not User.objects.select_for_update(no_key=True).filter(pk=person.pk, is_active=True).first():
            raise AskingRefused("Your account was closed.")
        if reason := why_not_to_ask(person, target):
            raise AskingRefused(reason)
        requests = AccessRequest.objects.filter(person=person)
        if requests.filter(asked_at__gt=timezone.now() - DAY).count() >= MOST_A_DAY:
            raise TooManyRequests(f"You can ask {MOST_A_DAY} times a day. Ask again tomorrow.")
        if requests.filter(state=AccessRequest.State.WAITING).count() >= MOST_WAITING:
            raise AskingRefused(
                f"{MOST_WAITING} of your requests wait for an answer. Ask again when they are answered."
            )
        request = AccessRequest.objects.create(person=person, kind=target.kind, target=target.key, text=text)
        tell_deciders(request)
    return request
