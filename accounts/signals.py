"""What follows a change of an account, or of its address, by staff."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from accounts.addresses import follow_account
from accounts.models import Profile


@receiver(post_save, sender=User)
def forget_addresses_of_before(
    sender: type[User], instance: User, created: bool, update_fields: frozenset[str] | None, raw: bool, **kwargs: Any
) -> None:
    """Compare the account's address with those that are known, unless a save leaves it as it is."""
    if not raw and not created and (not update_fields or "email" in update_fields):
        follow_account(instance)


@receiver(post_save, sender=EmailAddress)
def note_when_it_was_verified(sender: type[EmailAddress], instance: EmailAddress, raw: bool, **kwargs: Any) -> None:
    """Note the time if staff mark an address as verified."""
    if instance.verified and not raw:
        profile, _ = Profile.objects.get_or_create(user_id=instance.user_id)
        if not profile.email_verified_at:
            profile.email_verified_at = timezone.now()
            profile.save(update_fields=["email_verified_at"])
