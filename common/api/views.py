"""What the views of all rooms share: reading without an account, strict parameters, refusals as sentences."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.http import QueryDict
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import BasePagination
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from common.api.pagination import KeysetPagination
from common.keyset import Ordering


class RefusalSerializer(serializers.Serializer):
    """Why a request is not answered."""

    detail = serializers.CharField(help_text="A sentence for people.")


BAD_PARAMETERS = OpenApiResponse(
    {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    description="Each parameter that is wrong or not known, with what is wrong.",
)
BAD_TOKEN = OpenApiResponse(RefusalSerializer, description="The token is not valid.")


GIVEN_TWICE = "This parameter is given several times; one value is expected."


def repeated_parameters(parameters: QueryDict, multiple: frozenset[str]) -> list[str]:
    """Return the parameters that are given several times although one value is expected."""
    return sorted(name for name, values in parameters.lists() if len(values) > 1 and name not in multiple)


class ReadView(generics.GenericAPIView):
    """A view that everybody may read, unless it says otherwise, and that refuses parameters it does not know."""

    permission_classes = [AllowAny]
    pagination_class: type[BasePagination] | None = None
    filter_backends: Sequence[type[BaseFilterBackend]] = ()
    multiple_parameters: frozenset[str] = frozenset()
    """Parameters that may be given several times."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse parameters that are unknown, or given twice where one is meant: neither may be dropped silently."""
        super().initial(request, *args, **kwargs)
        wrong = {
            name: ["This parameter is not known."] for name in request.query_params.keys() - self.known_parameters()
        }
        wrong |= {name: [GIVEN_TWICE] for name in repeated_parameters(request.query_params, self.multiple_parameters)}
        if wrong:
            raise ValidationError(dict(sorted(wrong.items())))

    def known_parameters(self) -> set[str]:
        """Return the names of the parameters of the view's filters and pages."""
        filterset_class = getattr(self, "filterset_class", None)
        names = set(filterset_class.base_filters) if filterset_class else set()
        return names | set(getattr(self.pagination_class, "parameters", ()))


class ListSchema(AutoSchema):
    """Describes a view whose `get` is a list, also if it has other forms besides JSON."""

    def _is_list_view(self, serializer: Any = None) -> bool:
        return serializer is None or super()._is_list_view(serializer)


class ListView(ReadView):
    """A list that everybody may read, in pages; it is ordered by one of its `orderings`."""

    pagination_class: type[KeysetPagination] = KeysetPagination
    orderings: Mapping[str, Ordering]
    schema = ListSchema()

    @cached_property
    def paginator(self) -> KeysetPagination:
        """The pages of the request."""
        return self.pagination_class()
