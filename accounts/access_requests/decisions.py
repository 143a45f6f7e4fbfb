"""Decides on requests. Each decision is one transaction: state, access, log entry and mail."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.access_requests.mails import tell_person
from accounts.access_requests.models import AccessRequest
from accounts.access_requests.people import usable_address
from accounts.access_requests.targets import Kind, settled, target_of
from common.mail.backend import waking_once

State = AccessRequest.State
SETTLED_AT_ONCE = 500


class Outcome(StrEnum):
    """What became of a decision; the value says it for staff."""

    APPROVED = "approved"
    REFUSED = "refused"
    CLOSED = "closed, as there was nothing to give"
    DECIDED = "left alone: decided already, or deleted"
    NOT_YOURS = "left alone: others decide on this group"
    NO_ADDRESS = "left waiting: the account has no e-mail address to give access to"
    TOO_MUCH = "left waiting: the group permits more than downloads"


def approve(request_id: int, by: User, answer: str = "") -> Outcome:
    """Give the person the access that a request asks for, unless it is settled."""
    with _waiting(request_id) as request:
        if not request:
            return Outcome.DECIDED
        if not may_decide(by, request):
            return Outcome.NOT_YOURS
        target, address = target_of(request), usable_address(request.person)
        if not request.person.is_active:
            return _close(request, "The account is closed.", by)
        if reason := target.why_settled():
            return _close(request, reason, by)
        if request.kind != Kind.GROUP and not address:
            return Outcome.NO_ADDRESS
        if request.kind == Kind.GROUP and target.group and target.group.gives_more_than_downloads:
            return Outcome.TOO_MUCH
        opened = target.open_to(request.person, address)
        _log(by, opened, f"Opened to {address or request.person.get_username()} by request {request.pk}.")
        _decide(request, State.APPROVED, answer, by)
    return Outcome.APPROVED


def refuse(request_id: int, by: User, answer: str) -> Outcome:
    """Refuse a request with a sentence for the person."""
    with _waiting(request_id) as request:
        if not request:
            return Outcome.DECIDED
        if not may_decide(by, request):
            return Outcome.NOT_YOURS
        _decide(request, State.REFUSED, answer, by)
    return Outcome.REFUSED


def may_decide(by: User, request: AccessRequest) -> bool:
    """Return whether somebody with the permission to decide may decide on this request."""
    group = target_of(request).group if request.kind == Kind.GROUP else None
    if not group or by.is_superuser:
        return True
    return not group.deciders.exists() or group.deciders.filter(pk=by.pk).exists()


def close_settled() -> int:
    """Close requests for what is public, withdrawn or gone by now, and return how many were closed."""
    waiting = AccessRequest.objects.filter(state=State.WAITING)
    closed = 0
    with waking_once():
        for request_id in settled(waiting).order_by("id").values_list("pk", flat=True)[:SETTLED_AT_ONCE]:
            with _waiting(request_id) as request:
                if request and (reason := target_of(request).why_settled()):
                    _close(request, reason)
                    closed += 1
    return closed


@contextmanager
def _waiting(request_id: int) -> Iterator[AccessRequest | None]:
    """Begin a transaction with a request locked; None if it was decided or deleted meanwhile."""
    rows = AccessRequest.objects.select_for_update(of=("self",)).select_related("person")
    with transaction.atomic():
        yield rows.filter(pk=request_id, state=State.WAITING).first()


def _close(request: AccessRequest, reason: str, by: User | None = None) -> Outcome:
    _decide(request, State.CLOSED, reason, by)
    return Outcome.CLOSED


def _decide(request: AccessRequest, state: AccessRequest.State, answer: str, by: User | None) -> None:
    request.state, request.answer, request.decided_by, request.decided_at = state, answer, by, timezone.now()
    request.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    if by:
        _log(by, [request], f"{state.label}. {answer}".strip())
    if request.person.is_active:
        tell_person(request)


def _log(by: User, rows: Sequence[Model], what: str) -> None:
    if rows:
        LogEntry.objects.log_actions(by.pk, rows, CHANGE, what)
