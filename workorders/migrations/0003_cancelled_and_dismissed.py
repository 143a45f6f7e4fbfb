"""Cancelled orders get a status of their own, failures a mark and the kind of their error."""

import re

from django.db import migrations, models

ROWS_AT_ONCE = 1000


def error_kind(error):
    """As `workorders.error_kinds` did when this migration was written."""
    without_values = re.sub(r"\d+(\.\d+)*", "N", re.sub("“[^”]*”", "“…”", error))
    return re.split(r"(?<=[.!?]) ", without_values, maxsplit=1)[0][:200]


def name_what_failed(apps, schema_editor):
    orders, runs = (apps.get_model("workorders", name).objects for name in ("WorkOrder", "WorkOrderRun"))
    cancelled = runs.filter(status="failed", error="Cancelled before a worker took it.")
    orders.filter(status="failed", run__in=cancelled).update(status="cancelled")
    cancelled.update(status="cancelled")
    last = 0
    while some := list(orders.filter(status="failed", pk__gt=last).select_related("run").order_by("pk")[:ROWS_AT_ONCE]):
        for order in some:
            order.error_kind = error_kind(order.run.error) if order.run else ""
        orders.bulk_update(some, ["error_kind"])
        last = some[-1].pk


class Migration(migrations.Migration):
    dependencies = [("workorders", "0002_grant_access")]

    operations = [
        migrations.AddField(
            "workorder", "error_kind", models.CharField(max_length=200, blank=True, default=""), preserve_default=False
        ),
        migrations.AddField("workorder", "dismissed_at", models.DateTimeField("dismissed", null=True)),
        migrations.AlterField(
            "workorder",
            "status",
            models.CharField(
                max_length=16,
                choices=[
                    ("queued", "Queued"),
                    ("started", "Started"),
                    ("completed", "Completed"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                ],
                default="queued",
            ),
        ),
        migrations.AlterField(
            "workorderrun",
            "status",
            models.CharField(
                max_length=16,
                choices=[
                    ("started", "Started"),
                    ("completed", "Completed"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                    ("handed_back", "Handed back"),
                    ("lost", "Lost"),
                ],
                default="started",
                help_text="Handed back: tried again later. Lost: the worker died, or was too slow to keep its lease.",
            ),
        ),
        migrations.RunPython(name_what_failed, migrations.RunPython.noop),
        migrations.AddIndex(
            "workorder",
            models.Index(
                fields=["error_kind"],
                condition=models.Q(status="failed", dismissed_at=None),
                name="order_failed_kind",
            ),
        ),
    ]
