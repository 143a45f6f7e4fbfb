"""Verifies e-mail addresses by a link in a mail.

The link alone does nothing: who opens it must be logged in to the account, or know its password. Otherwise somebody
could enter the address of another person, and get that person's access if they follow the link in good faith.
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import mails
from accounts.addresses import delete_sign_ups
from accounts.models import Profile

SALT = "accounts.verification"
LINKS_LAST = timedelta(days=3)
MAX_KEY_LENGTH = 500


class Taken(Exception):
    """Another account has the address meanwhile."""


def send_link(address: EmailAddress, *, name: str = "verify") -> None:
    """Send a mail with a link that verifies an address."""
    url = mails.link("account_confirm_email", make_key(address))
    mails.send(name, address.email, url=url, person=address.user, days=LINKS_LAST.days)


def make_key(address: EmailAddress) -> str:
    """Make the key of a link. It is valid once: verifying changes what it was made of."""
    return signing.dumps([address.pk, address.email, _last_verified(address)], salt=SALT)


def address_of_key(key: str) -> EmailAddress | None:
    """Return the address that a key verifies; None if the key is wrong, used or too old."""
    if len(key) > MAX_KEY_LENGTH:
        return None
    try:
        pk, email, last_verified = signing.loads(key, salt=SALT, max_age=LINKS_LAST)
    except signing.BadSignature:
        return None
    address = EmailAddress.objects.select_related("user__profile").filter(pk=pk, email=email).first()
    if not address or _last_verified(address) != last_verified:
        return None
    user = address.user
    return address if user.is_active or awaits_verification(user) else None


def awaits_verification(user: User) -> bool:
    """Return whether an account was made by a sign-up whose address is not verified yet."""
    return Profile.objects.filter(user=user, awaits_verification=True).exists()


def verify(address: EmailAddress) -> None:
    """Verify an address: it becomes that of its account, and opens the account after a sign-up.

    Raises
    ------
    Taken
        If another account has it.
    """
    user = address.user
    old_email = user.email
    try:
        with transaction.atomic():
            address = EmailAddress.objects.select_for_update().get(pk=address.pk)
            if not address.set_verified(commit=False):
                raise Taken
            others = EmailAddress.objects.filter(user=user).exclude(pk=address.pk)
            # Further verified addresses come from sst_archive, where an account could have several.
            others.filter(Q(verified=False) | Q(email=old_email.lower())).delete()
            others.update(primary=False)
            address.primary = True
            address.save()
            _open_account(user, address.email)
            if old_email and old_email.lower() != address.email:
                mails.send("address_changed", old_email, person=user, email=address.email)
    except (IntegrityError, EmailAddress.DoesNotExist):  # At the same moment, or changed again.
        raise Taken from None


def _open_account(user: User, email: str) -> None:
    Profile.objects.get_or_create(user=user)
    profile = Profile.objects.select_for_update().get(user=user)
    user.email = email
    user.is_active = user.is_active or profile.awaits_verification
    user.save(update_fields=["email", "is_active"])
    profile.email_verified_at, profile.awaits_verification, profile.reminded_at = timezone.now(), False, None
    profile.save()
    delete_sign_ups(email)


def _last_verified(address: EmailAddress) -> str:
    """Return what changes when an address is verified."""
    verified_at = Profile.objects.filter(user=address.user).values_list("email_verified_at", flat=True).first()
    return f"{address.verified} {verified_at.isoformat() if verified_at else ''}"
