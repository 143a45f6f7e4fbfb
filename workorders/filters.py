"""The filters of the list of orders."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from catalogue.filter_fields import RepeatedField
from workorders.models import WorkOrder


class NumbersOfOrdersField(RepeatedField):
    """The numbers of some orders. A request line has room for them."""

    what = "numbers of orders"
    most = 300

    def to_python(self, value: Any) -> list[int]:
        """Return the numbers, and refuse other texts."""
        texts: list[str] = super().to_python(value)
        if not all(re.fullmatch("[0-9]{1,18}", text) for text in texts):
            raise ValidationError("The number of an order has digits only.")
        return [int(text) for text in texts]


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "integer"},
        "maxItems": NumbersOfOrdersField.most,
        "description": "Number of an order; if repeated, any of them. Polls many orders in one request.",
    }
)
class NumbersOfOrdersFilter(filters.Filter):
    """Selects orders by their numbers."""

    field_class = NumbersOfOrdersField

    def filter(self, qs: QuerySet[WorkOrder], value: list[int]) -> QuerySet[WorkOrder]:
        """Select the orders."""
        return qs.filter(pk__in=value) if value else qs


class WorkOrderFilter(filters.FilterSet):
    """Orders by number, by status and by path."""

    id = NumbersOfOrdersFilter()

    class Meta:
        model = WorkOrder
        fields = ["status", "relative_path"]
