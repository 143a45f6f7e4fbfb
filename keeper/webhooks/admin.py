"""The admin pages of webhooks and of their deliveries."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from common.admin.actions import Selection, confirmed
from common.admin.base import FastListAdmin, ReadOnlyAdmin, beginning, status, utc
from keeper.events.kinds import Kind
from keeper.webhooks.models import Delivery, Webhook
from keeper.webhooks.queueing import new_secret, queue_test

SHOWN_DELIVERIES = 20


class WebhookForm(forms.ModelForm):
    """A webhook, with the kinds of events to tick."""

    kinds = forms.MultipleChoiceField(
        choices=Kind.choices, widget=forms.CheckboxSelectMultiple, help_text="What the receiver is told."
    )

    class Meta:
        model = Webhook
        fields = ["name", "url", "kinds", "is_on"]
        widgets = {"url": forms.TextInput(attrs={"class": "vLargeTextField"})}


@admin.register(Webhook)
class WebhookAdmin(FastListAdmin):
    """Webhooks. The secret is shown once, on the page that follows its making."""

    form = WebhookForm
    list_display = ["name", "state", "url", "shown_kinds", "made_by"]
    list_select_related = ["made_by"]
    actions = ["send_test", "replace_secret"]
    readonly_fields = ("state", "since", "made_by", "made", "last_deliveries")

    def get_fields(self, request: HttpRequest, obj: Webhook | None = None) -> Any:
        """Leave out of a new webhook what it does not have yet."""
        fields = ["name", "url", "kinds", "is_on"]
        return [*fields, *self.readonly_fields] if obj else fields

    def save_model(self, request: HttpRequest, obj: Webhook, form: forms.ModelForm, change: bool) -> None:
        """Give a new webhook its secret; one that is switched on again begins anew."""
        if not change:
            obj.secret, obj.made_by = new_secret(), cast(User, request.user)
        if obj.is_on and "is_on" in form.changed_data:
            obj.failing_since = obj.held_until = obj.switched_off_at = None
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Webhook, post_url_continue: str | None = None) -> HttpResponse:
        """Show the secret. It is in no redirect and no message, as both would store it."""
        return self._secret_page(request, obj)

    @confirmed("Send a test", "A message of the type webhook.test is sent to these webhooks.", permission="change")
    def send_test(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Queue a test for the selected webhooks."""
        with transaction.atomic():
            for webhooks in selection.chunks():
                for webhook in webhooks:
                    queue_test(webhook)
        self.message_user(request, "The test is queued. The latest deliveries show its outcome in a few seconds.")

    @admin.action(description="Make a new secret", permissions=["change"])
    def replace_secret(self, request: HttpRequest, webhooks: Any) -> HttpResponse | None:
        """Replace the secret of one webhook after a question, and show the new one."""
        webhook = webhooks.first()
        if webhooks.count() != 1:
            self.message_user(request, "Choose one webhook.", "ERROR")
            return None
        if "replace" not in request.POST:
            context = {**self.admin_site.each_context(request), "title": f"A new secret for {webhook}"}
            return TemplateResponse(
                request, "webhooks/replace_secret.html", context | {"webhook": webhook, "opts": self.opts}
            )
        webhook.secret = new_secret()
        webhook.save(update_fields=["secret"])
        self.log_change(request, webhook, "New secret.")
        return self._secret_page(request, webhook)

    def _secret_page(self, request: HttpRequest, webhook: Webhook) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": f"The secret of {webhook}", "opts": self.opts}
        return TemplateResponse(request, "webhooks/secret.html", context | {"webhook": webhook})

    @admin.display(description="state")
    def state(self, webhook: Webhook) -> str:
        """Whether it is on, and whether its receiver fails."""
        if webhook.switched_off_at:
            return status("failed", "Switched off")
        if not webhook.is_on:
            return status("dismissed", "Off")
        return status("pending", "Failing") if webhook.failing_since else status("completed", "On")

    @admin.display(description="fails since (UTC)")
    def since(self, webhook: Webhook) -> str:
        """When the first of the latest deliveries failed."""
        return utc(webhook.failing_since)

    @admin.display(description="kinds")
    def shown_kinds(self, webhook: Webhook) -> str:
        """The kinds of events that it is told."""
        return ", ".join(webhook.kinds)

    @admin.display(description="made (UTC)")
    def made(self, webhook: Webhook) -> str:
        """When it was made."""
        return utc(webhook.made_at)

    @admin.display(description="latest deliveries")
    def last_deliveries(self, webhook: Webhook) -> str:
        """The latest deliveries, with the error of each that failed."""
        latest = webhook.deliveries.order_by("-id")[:SHOWN_DELIVERIES]
        rows = [
            (reverse("admin:webhooks_delivery_change", args=[one.pk]), one.type, utc(one.created_at), _state(one))
            for one in latest
        ]
        return format_html_join("", '<p><a href="{}">{}</a> {} {}</p>', rows) or "None yet."


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Deliveries with their errors."""

    list_display = ["id", "state", "type", "receiver", "created", "attempts", "short_error"]
    list_filter = ["type"]
    list_select_related = ["webhook"]
    sortable_by = ["id"]
    fields = readonly_fields = (
        *("state", "error", "type", "receiver", "message_id", "created", "due", "delivered", "attempts"),
        "body",
    )

    @admin.display(description="state")
    def state(self, delivery: Delivery) -> str:
        """Whether it was delivered."""
        return _state(delivery, is_short=True)

    @admin.display(description="error", empty_value="")
    def short_error(self, delivery: Delivery) -> str:
        """The beginning of the error."""
        return beginning(delivery.error, 200)

    @admin.display(description="receiver")
    def receiver(self, delivery: Delivery) -> str:
        """The webhook, or the URL of the callback."""
        if not delivery.webhook:
            return delivery.url
        page = reverse("admin:webhooks_webhook_change", args=[delivery.webhook.pk])
        return format_html('<a href="{}">{}</a>', page, delivery.webhook)

    @admin.display(description="created (UTC)")
    def created(self, delivery: Delivery) -> str:
        """When it was queued."""
        return utc(delivery.created_at)

    @admin.display(description="due (UTC)")
    def due(self, delivery: Delivery) -> str:
        """When it is tried next."""
        return utc(delivery.due_at)

    @admin.display(description="delivered (UTC)")
    def delivered(self, delivery: Delivery) -> str:
        """When the receiver accepted it."""
        return utc(delivery.delivered_at)


def _state(delivery: Delivery, *, is_short: bool = False) -> str:
    """Write whether a delivery was delivered and, unless it is to be short, the error of the latest attempt."""
    error = "" if is_short else beginning(delivery.error, 300)
    if delivery.delivered_at:
        return status("completed", "Delivered")
    if not delivery.due_at:
        return status("failed", "Given up", error)
    return status("pending", "Tried again later" if delivery.attempts else "Waits", error)
