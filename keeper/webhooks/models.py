"""Webhooks, and the deliveries to them and to the callbacks of orders."""

from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import APIToken
from common.http.outgoing import MAX_URL_LENGTH, AddressRefused, check_url
from keeper.events.kinds import Kind

TEST = "webhook.test"
"""The type of the message that the test button sends."""


def check_webhook_url(url: str) -> None:
    """Refuse a URL that nothing may be sent to."""
    try:
        check_url(url)
    except AddressRefused as refused:
        raise ValidationError(str(refused)) from refused


def check_kinds(kinds: object) -> None:
    """Refuse what is no list of kinds of events."""
    if not isinstance(kinds, list) or not set(kinds) <= set(Kind.values):
        raise ValidationError(f"It must be a list of some of {', '.join(Kind.values)}.")


class Webhook(models.Model):
    """A receiver that is told of events.

    Attributes
    ----------
    secret
        Signs the messages. It is shown once, to who makes it.
    failing_since
        When the first of the latest deliveries failed; None: the latest one succeeded.
    held_until
        Nothing is sent before this time, because the latest delivery failed.
    switched_off_at
        When the archive switched it off because the receiver failed.
    """

    name = models.CharField(max_length=100, help_text="Who receives it, such as “mirror in Oslo”.")
    url = models.CharField("URL", max_length=MAX_URL_LENGTH, validators=[check_webhook_url])
    kinds = models.JSONField(default=list, validators=[check_kinds], help_text="What it is told.")
    is_on = models.BooleanField("on", default=True, help_text="Events that happen while it is off are not sent later.")
    secret = models.CharField(max_length=100, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    held_until = models.DateTimeField(null=True, editable=False)
    switched_off_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """A message to a webhook or a callback. It is kept for a while after it was delivered or given up.

    Attributes
    ----------
    message_id
        The same at each attempt, so that receivers can drop repeats.
    webhook, token
        Whose secret signs it: that of a webhook, or the API token that posted the order.
    due_at
        When it is tried next; None: it was delivered, or is given up. A sender that takes it moves this time on: if it
        dies, another sender takes over then.
    """

    message_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, null=True, related_name="deliveries")
    # Without a constraint: a token that is revoked meanwhile must not fail the transaction that ends an order.
    token = models.ForeignKey(APIToken, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False)
    url = models.CharField("callback", max_length=MAX_URL_LENGTH, blank=True, help_text="Empty for a webhook.")
    type = models.CharField(max_length=32)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, help_text="Why the latest attempt failed.")

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["webhook", "due_at", "id"], condition=Q(due_at__isnull=False), name="delivery_due_by"),
            models.Index(fields=["due_at", "id"], condition=Q(due_at__isnull=False, type=TEST), name="delivery_test"),
            models.Index(fields=["created_at"], condition=Q(due_at=None), name="delivery_ended"),
            models.Index(fields=["webhook", "-id"], name="delivery_of_webhook"),
        ]

    def __str__(self) -> str:
        return f"{self.type} to {self.webhook or self.url}"
