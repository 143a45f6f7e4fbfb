"""What the archive knows of a person besides Django's account."""

from django.conf import settings
from django.db import models

MAX_NAME_LENGTH = 150  # Of `first_name` in Django's account, which holds the whole name.
MAX_AFFILIATION_LENGTH, MAX_PURPOSE_LENGTH = 100, 190  # As in sst_archive, whose profiles are imported.


class Profile(models.Model):
    """A person's profile. Accounts without one belong to people whose address was never verified."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="profile"
    )
    affiliation = models.CharField(max_length=MAX_AFFILIATION_LENGTH, blank=True)
    purpose = models.CharField(max_length=MAX_PURPOSE_LENGTH, blank=True, help_text="What the person uses data for.")
    email_verified_at = models.DateTimeField(
        null=True, blank=True, help_text="When the person last followed a link in a mail to the address of the account."
    )
    is_exempt = models.BooleanField(
        "stays verified", default=False, help_text="The e-mail address need not be verified again after some weeks."
    )
    awaits_verification = models.BooleanField(
        default=False, editable=False, help_text="Signed up; inactive until the e-mail address is verified."
    )
    reminded_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["email_verified_at"],
                name="profile_to_remind",
                condition=models.Q(is_exempt=False, email_verified_at__isnull=False),
            ),
            models.Index(fields=["user"], name="profile_awaits", condition=models.Q(awaits_verification=True)),
        ]

    def __str__(self) -> str:
        return f"Profile of {self.user}"
