"""The kinds of filters: what each compares a cube with, and how an index finds what a walk does not."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db import connections
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field

from catalogue.filter_fields import (
    BoxField,
    CircleField,
    CubeField,
    KeywordQuestionsField,
    LinesField,
    PartOfNameField,
    TagsField,
    UTCTimeField,
    YesNoField,
)
from catalogue.keyword_search import KeywordQuestion
from datacubes.fields_of_view import Box, Circle, near_box, overlaps_box, overlaps_circle


class TimeFilter(django_filters.IsoDateTimeFilter):
    """Compares with a time."""

    field_class = UTCTimeField


class FloatFilter(django_filters.NumberFilter):
    """Compares with a finite number. A NumberFilter's decimal can exceed the range of a database's number."""

    field_class = forms.FloatField


KEYWORD_HELP = (
    "Keyword of the cube's header and its value, as NAME:value. A number matches in any notation; T and F match "
    "logical values. Numbers are also compared: NAME<v, NAME<=v, NAME>v, NAME>=v, and NAME:a..b from a to b. NAME~text "
    "finds part of a text, in any case. If repeated, a cube must match all."
)
LINES_HELP = (
    "Spectral line: a name with or without its wavelength (Ca II 8542, H-alpha, Hα), a wavelength in nm or Å (854.2, "
    "8542, 8542 Å), or an element with all its lines (Ca II). If repeated, a cube must match any."
)


def _texts(example: str, description: str) -> Any:
    return extend_schema_field(
        {"type": "array", "items": {"type": "string", "example": example}, "description": description}
    )


@_texts("WAVEBAND:Fe I 6173", KEYWORD_HELP)
class KeywordFilter(django_filters.Filter):
    """Selects cubes whose header has all given values."""

    field_class = KeywordQuestionsField

    def filter(self, qs: QuerySet, value: Sequence[KeywordQuestion]) -> QuerySet:
        """Select the cubes that match each value."""
        for question in value or []:
            qs = qs.filter(question.condition(connections[qs.db].vendor))
        return qs

    def filter_by_index(self, qs: QuerySet, value: Sequence[KeywordQuestion]) -> QuerySet:
        """Select the cubes that the index finds for each value."""
        for question in value or []:
            qs = qs.filter(question.indexed_condition(connections[qs.db].vendor))
        return qs


@_texts("Ca II 8542", LINES_HELP)
class LinesFilter(django_filters.Filter):
    """Selects cubes of any of some spectral lines."""

    field_class = LinesField

    def filter(self, qs: QuerySet, value: Sequence[str]) -> QuerySet:
        """Select the cubes of any of the lines, given by their stored names."""
        if not value:
            return qs
        return qs.filter(**({self.field_name: value[0]} if len(value) == 1 else {f"{self.field_name}__in": value}))


class TagsFilter(django_filters.ModelMultipleChoiceFilter):
    """Selects by names of tags, without regard to case."""

    field_class = TagsField


BOX_HELP = "x_min,y_min,x_max,y_max in helioprojective arcsec: cubes whose field of view overlaps the box."
CIRCLE_HELP = "x,y,radius in helioprojective arcsec: cubes whose field of view overlaps the circle."
OVERLAPS_HELP = "OID of a cube: other cubes that overlap it in time and field of view."


def _text(example: str, description: str) -> Any:
    return extend_schema_field({"type": "string", "example": example, "description": description})


class NameFilter(django_filters.CharFilter):
    """Compares with a part of a name."""

    field_class = PartOfNameField


@_text("-100,-100,100,100", BOX_HELP)
class BoxFilter(django_filters.Filter):
    """Selects cubes whose field of view overlaps a box."""

    field_class = BoxField

    def filter(self, qs: QuerySet, value: Box | None) -> QuerySet:
        """Select the cubes."""
        return qs.filter(overlaps_box(value)) if value else qs

    def filter_by_index(self, qs: QuerySet, value: Box) -> QuerySet:
        """Select the cubes among those that an index finds."""
        return _near(self.filter(qs, value), value)


@_text("0,0,500", CIRCLE_HELP)
class CircleFilter(django_filters.Filter):
    """Selects cubes whose field of view overlaps a circle."""

    field_class = CircleField

    def filter(self, qs: QuerySet, value: Circle | None) -> QuerySet:
        """Select the cubes."""
        return qs.filter(overlaps_circle(value)) if value else qs

    def filter_by_index(self, qs: QuerySet, value: Circle) -> QuerySet:
        """Select the cubes among those that an index finds."""
        return _near(self.filter(qs, value), value.box)


def _near(cubes: QuerySet, box: Box) -> QuerySet:
    """Select the cubes that are near a box, if the database has an index of them."""
    return cubes.filter(near_box(box)) if connections[cubes.db].vendor == "postgresql" else cubes


@_text("2019-04-19T17:34:55.50395_6173_0-4", OVERLAPS_HELP)
class CubeFilter(django_filters.Filter):
    """Compares with a cube."""

    field_class = CubeField


def at_least_and_at_most(column: str, label: str, what: str) -> tuple[FloatFilter, FloatFilter]:
    """Return the filters for the low and the high end of a range of one column."""
    return at_least(column, label, what), FloatFilter(
        field_name=f"metadata__{column}", lookup_expr="lte", label=f"{label} to", help_text=f"At most: {what}."
    )


def at_least(column: str, label: str, what: str) -> FloatFilter:
    """Return the filter for the low end of a range of one column."""
    return FloatFilter(
        field_name=f"metadata__{column}", lookup_expr="gte", label=f"{label} from", help_text=f"At least: {what}."
    )


class YesNoFilter(django_filters.BooleanFilter):
    """Compares with true or false."""

    field_class = YesNoField


SELECTION_HELP = "Key of a kept selection."


@extend_schema_field({"type": "string", "description": SELECTION_HELP})
class SelectionFilter(django_filters.ModelChoiceFilter):
    """Chooses a kept selection by its key."""
