"""The e-mail addresses of accounts, and which of them count for access.

The address of an account is that of Django's `User.email`. The rows of django-allauth hold whether it is verified, and
an address that the person wants to change to.
"""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Profile


def verified_addresses(user: User) -> list[str]:
    """Return the addresses, in small letters, whose grants a person has: those verified within the set time."""
    is_recent = Q(user__profile__email_verified_at__gt=timezone.now() - verification_time())
    lasting = is_recent | Q(user__profile__is_exempt=True)
    return list(EmailAddress.objects.filter(lasting, user=user, verified=True).values_list("email", flat=True))


def verification_time() -> timedelta:
    """Return how long an address stays verified."""
    return timedelta(weeks=settings.EMAIL_VERIFICATION_WEEKS)


def verified_until(user: User) -> datetime | None:
    """Return until when the address of an account counts, which may be in the past; None if it was never verified.

    The year 9999 stands for accounts that are exempt.
    """
    profile = Profile.objects.filter(user=user).first()
    address = address_of(user)
    if not profile or not address or not address.verified or not profile.email_verified_at:
        return None
    if profile.is_exempt:
        return datetime.max.replace(tzinfo=profile.email_verified_at.tzinfo)
    return profile.email_verified_at + verification_time()


def address_of(user: User) -> EmailAddress | None:
    """Return the row of an account's address, and make it where staff entered an address."""
    if not user.email:
        return None
    address, _ = EmailAddress.objects.get_or_create(
        user=user, email=user.email.lower(), defaults={"primary": not _has_primary(user)}
    )
    return address


def wanted_address_of(user: User) -> EmailAddress | None:
    """Return the row of the address that an account is to have once it is verified."""
    others = EmailAddress.objects.filter(user=user, verified=False).exclude(email=user.email.lower())
    return others.order_by("-pk").first()


def is_taken(email: str) -> bool:
    """Return whether another account has an address; sign-ups that were never verified take none."""
    email = email.lower()
    return (
        EmailAddress.objects.filter(email=email, verified=True).exists()
        or User.objects.filter(email__iexact=email).exclude(profile__awaits_verification=True).exists()
    )


def mark_verified(user: User) -> None:
    """Count an account's address as verified now, as staff and imports may."""
    with transaction.atomic():
        if address := address_of(user):
            address.set_verified()
        Profile.objects.update_or_create(user=user, defaults={"email_verified_at": timezone.now()})


def follow_account(user: User) -> None:
    """Forget the addresses of an account whose own address staff have changed: the new one is to be verified."""
    addresses = EmailAddress.objects.filter(user=user)
    emails = set(addresses.values_list("email", flat=True))
    if emails and user.email.lower() not in emails:
        addresses.delete()


def delete_sign_ups(email: str) -> None:
    """Delete the accounts that wait for the verification of an address, because another account has verified it."""
    User.objects.filter(email__iexact=email, profile__awaits_verification=True).delete()


def _has_primary(user: User) -> bool:
    return EmailAddress.objects.filter(user=user, primary=True).exists()
