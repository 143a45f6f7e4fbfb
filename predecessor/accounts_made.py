"""Writes the accounts of people who come from sst_archive."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.utils import timezone

from accounts.addresses import delete_sign_ups, verification_time
from accounts.models import Profile
from accounts.models.profiles import MAX_AFFILIATION_LENGTH, MAX_NAME_LENGTH, MAX_PURPOSE_LENGTH
from accounts.tokens import take_over_token
from predecessor.belongings import Belongings
from predecessor.checks import clean_line, clean_time, is_password
from predecessor.tables import Person

TOKEN_NAME = "sst_archive"  # noqa: S105 - the name that people see.


def make_account(user: User, person: Person, verified: list[str]) -> None:
    """Save a new account, without rights, with the password of sst_archive.

    Parameters
    ----------
    user
        The account, with its name and its address.
    verified
        The addresses that the person has verified there, in small letters.
    """
    now = timezone.now()
    user.first_name = clean_line(f"{person.first_name} {person.last_name}", MAX_NAME_LENGTH)
    user.password = person.password if is_password(person.password) else make_password(None)
    user.date_joined = _past(clean_time(person.date_joined), now) or now
    user.save()
    verified_at = (_past(clean_time(person.verified_on), now) or user.date_joined) if verified else None
    has_ended = bool(verified_at and verified_at < now - verification_time())
    Profile.objects.update_or_create(
        user=user,
        defaults={
            "affiliation": clean_line(person.affiliation, MAX_AFFILIATION_LENGTH),
            "purpose": clean_line(person.purpose, MAX_PURPOSE_LENGTH),
            "email_verified_at": verified_at,
            "is_exempt": person.never_again,
            # Nobody is written to because of the import: whoever logs in sees that the address is to be verified.
            "reminded_at": now if has_ended else None,
        },
    )
    if user.email and user.email not in verified:
        EmailAddress.objects.create(user=user, email=user.email, primary=True)
    if user.email in verified:
        delete_sign_ups(user.email)


def give_belongings(user: User, added: Belongings) -> None:
    """Give an account further verified addresses, memberships of groups and a token."""
    for email in added.emails:
        is_primary = email == user.email and not EmailAddress.objects.filter(user=user, primary=True).exists()
        EmailAddress.objects.update_or_create(
            user=user, email=email, defaults={"verified": True} | ({"primary": True} if is_primary else {})
        )
    if added.groups:
        user.groups.add(*Group.objects.filter(name__in=added.groups))
    if added.token:
        # The submission script of sst_archive expects the result of the ingestion as the answer to its POST.
        take_over_token(user, added.token, TOKEN_NAME, waits_for_result=True)


def _past(moment: datetime | None, now: datetime) -> datetime | None:
    return min(moment, now) if moment else None
