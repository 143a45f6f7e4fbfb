"""The admin page of instruments. A new one can have the files re-ingested that failed because it was not registered."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from common.admin.actions import ROWS_AT_ONCE
from common.admin.base import FastListAdmin
from common.batches import batches
from datacubes.models import Instrument
from datacubes.steps.data_cube import not_registered
from workorders.admin import requeue_paths
from workorders.models import WorkOrder

MOST_REINGESTED = 10_000


class NewInstrumentForm(ModelForm):
    """A new instrument."""

    reingest = forms.BooleanField(
        required=False,
        initial=True,
        label="Re-ingest",
        help_text=f"Queue the files that failed because the instrument was not registered, up to {MOST_REINGESTED:,}.",
    )


@admin.register(Instrument)
class InstrumentAdmin(FastListAdmin):
    """The instruments whose cubes the archive accepts."""

    list_display = ["name", "telescope", "description"]
    list_filter = ["telescope"]

    def get_form(self, request: HttpRequest, obj: Instrument | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Offer to re-ingest to those who may, with a new instrument."""
        if obj is None and request.user.has_perm("workorders.add_workorder"):
            kwargs["form"] = NewInstrumentForm
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Instrument, form: Any, change: bool) -> None:
        """Save the instrument, and queue the files that failed for it if that was asked for."""
        super().save_model(request, obj, form, change)
        if not form.cleaned_data.get("reingest"):
            return
        failed = WorkOrder.objects.filter(
            status=WorkOrder.Status.FAILED, dismissed_at=None, run__error__startswith=not_registered(obj.name)
        )
        paths = list(failed.order_by("id").values_list("relative_path", flat=True)[:MOST_REINGESTED])
        number = requeue_paths(batches(paths, ROWS_AT_ONCE), force=False)
        self.message_user(
            request,
            format_html(
                '{} queued again. <a href="{}">Orders</a>',
                "1 failed file was" if number == 1 else f"{number:,} failed files were",
                reverse("admin:workorders_workorder_changelist"),
            ),
        )
