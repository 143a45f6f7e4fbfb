"""The tokens of the API.

A model of the archive's own. django-rest-knox stores digests too, but its tokens have neither a name nor a last use,
and it would need a subclass of its model, its manager and its authentication to have them. The tokens of django-allauth
belong to sessions and to OpenID Connect. Django REST framework keeps one token for each person, as plain text.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone

MAX_NAME_LENGTH = 100


class APIToken(models.Model):
    """A token of one account. The token itself is shown once, to who makes it; the row has its digest.

    Attributes
    ----------
    digest
        SHA-256 as hexadecimal digits. A token has 160 random bits, so that neither salt nor many rounds are needed.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=MAX_NAME_LENGTH, help_text="What it is used for, such as “notebook”.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("made at", default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False, help_text="To the hour.")
    waits_for_result = models.BooleanField(
        default=False, help_text="The POST of an order answers when the order has ended."
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = "API token"

    def __str__(self) -> str:
        return self.name
