"""Reminds people to verify their e-mail address again, before their grants stop to count."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.addresses import verification_time
from accounts.models import Profile
from accounts.verification import send_link

BEFORE = timedelta(days=7)
MOST_AT_ONCE = 200


def remind() -> int:
    """Send a link to people whose verification ends within a week, once each; return how many there were."""
    if not settings.SENDS_MAIL:
        return 0
    ending = timezone.now() - verification_time() + BEFORE
    once = Q(reminded_at=None) | Q(reminded_at__lt=F("email_verified_at"))
    profiles = Profile.objects.filter(once, is_exempt=False, email_verified_at__lt=ending, user__is_active=True)
    reminded = list(profiles.order_by("email_verified_at").values_list("pk", flat=True)[:MOST_AT_ONCE])
    for pk in reminded:
        with transaction.atomic():
            Profile.objects.filter(pk=pk).update(reminded_at=timezone.now())
            address = EmailAddress.objects.filter(user=pk, verified=True, primary=True).select_related("user").first()
            if address:
                send_link(address, name="verify_again")
    return len(reminded)
