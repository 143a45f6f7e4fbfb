"""The filters of the admin's list of work orders."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from datacubes.models import DataCube, Instrument
from workorders.models import WorkOrder
from workorders.state import commonest_errors

if TYPE_CHECKING:
    from django.contrib.admin.filters import _ListFilterChoices  # noqa: F401

SHOWN_KINDS = 20
SHOWN_DAYS = 7


class StateFilter(admin.SimpleListFilter):
    """Orders by status; failures that were dismissed are a choice of their own."""

    title = "status"
    parameter_name = "status__exact"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [*((str(value), str(label)) for value, label in WorkOrder.Status.choices), ("dismissed", "Dismissed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
        value, failed = self.value(), WorkOrder.Status.FAILED
        if value == "dismissed":
            return queryset.filter(status=failed).exclude(dismissed_at=None)
        if value == failed:
            return queryset.filter(status=failed, dismissed_at=None)
        return queryset.filter(status=value) if value else queryset


class ErrorKindFilter(admin.SimpleListFilter):
    """Failed orders by kind of error, the commonest first."""

    title = "kind of error"
    parameter_name = "error_kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        kinds = [(kind, f"{number:,} × {kind}") for kind, number in commonest_errors(SHOWN_KINDS)]
        chosen = request.GET.get(self.parameter_name)
        if chosen and chosen not in dict(kinds):  # No order has it any more; the filter can be removed all the same.
            kinds.append((chosen, f"0 × {chosen[:200]}"))
        return kinds

    def queryset(self, request: HttpRequest, queryset: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
        kind = self.value()
        if not kind:
            return queryset
        return queryset.filter(status=WorkOrder.Status.FAILED, dismissed_at=None, error_kind=kind)


class DayFilter(admin.SimpleListFilter):
    """Orders whose last run started on a day, UTC; any day can be given in the address, as ``started=2026-11-27``."""

    title = "day of the last run (UTC)"
    parameter_name = "started"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        today = timezone.now().date()
        days = [str(today - timedelta(days=ago)) for ago in range(SHOWN_DAYS)]
        chosen = request.GET.get(self.parameter_name)
        names = [(day, day) for day in days]
        return names if not chosen or chosen in days else [*names, (chosen, chosen[:10])]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
        day = self.value()
        if not day:
            return queryset
        start = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
        return queryset.filter(run__started_at__gte=start, run__started_at__lt=start + timedelta(days=1))


class WarningsFilter(admin.SimpleListFilter):
    """Orders whose last run has warnings."""

    title = "warnings"
    parameter_name = "warnings"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", "With warnings")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(run__isnull=False).exclude(run__warnings=[])


class InstrumentFilter(admin.SimpleListFilter):
    """Orders of cubes of an instrument. An order that never completed has no cube, and so no instrument."""

    title = "instrument"
    parameter_name = "instrument"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(name, name) for name in Instrument.objects.values_list("name", flat=True)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
        name = self.value()
        if not name:
            return queryset
        return queryset.filter(oid__in=DataCube.every.filter(instrument__name=name).values("oid"))
