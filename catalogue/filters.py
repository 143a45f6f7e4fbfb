"""The filters of cubes, shared by the API and the catalogue."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db import connections
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field

from catalogue.filter_fields import (
    MAX_TEXT_LENGTH,
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
from catalogue.keyword_search import Comparison, Equality, KeywordQuestion, PartOfText
from catalogue.models import Selection
from common.keyset import Ordering, Ways
from datacubes.fields_of_view import Box, Circle, near_box, overlaps_box, overlaps_circle
from datacubes.models import DataCube, Instrument, Tag
from datacubes.simultaneous import overlapping

LONG_WALK, SHORT_WALK = 5000, 500
"""Numbers of cubes to scan one by one; the second applies if each scan reads all keywords of a cube."""

COMPARISON_SECONDS = 5.0
"""The limit of time for comparisons of keywords, which no index answers."""
TOO_MANY_COMPARED = (
    "The comparison of keywords takes too long, as it reads every cube. Add a filter that leaves fewer cubes, such as "
    "a time range, an instrument or a line."
)


class TimeFilter(django_filters.IsoDateTimeFilter):
    """Compares with a time."""

    field_class = UTCTimeField


class FloatFilter(django_filters.NumberFilter):
    """Compares with a finite number. A NumberFilter's decimal can exceed the range of a database's number."""

    field_class = forms.FloatField


_KEYWORD_HELP = (
    "Keyword of the cube's header and its value, as NAME:value. A number matches in any notation; T and F match "
    "logical values. Numbers are also compared: NAME<v, NAME<=v, NAME>v, NAME>=v, and NAME:a..b from a to b. NAME~text "
    "finds part of a text, in any case. If repeated, a cube must match all."
)
_LINES_HELP = (
    "Spectral line: a name with or without its wavelength (Ca II 8542, H-alpha, Hα), a wavelength in nm or Å (854.2, "
    "8542, 8542 Å), or an element with all its lines (Ca II). If repeated, a cube must match any."
)


def _texts(example: str, description: str) -> Any:
    return extend_schema_field(
        {"type": "array", "items": {"type": "string", "example": example}, "description": description}
    )


@_texts("WAVEBAND:Fe I 6173", _KEYWORD_HELP)
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


@_texts("Ca II 8542", _LINES_HELP)
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


_BOX_HELP = "x_min,y_min,x_max,y_max in helioprojective arcsec: cubes whose field of view overlaps the box."
_CIRCLE_HELP = "x,y,radius in helioprojective arcsec: cubes whose field of view overlaps the circle."
_OVERLAPS_HELP = "OID of a cube: other cubes that overlap it in time and field of view."


def _text(example: str, description: str) -> Any:
    return extend_schema_field({"type": "string", "example": example, "description": description})


class NameFilter(django_filters.CharFilter):
    """Compares with a part of a name."""

    field_class = PartOfNameField


@_text("-100,-100,100,100", _BOX_HELP)
class BoxFilter(django_filters.Filter):
    """Selects cubes whose field of view overlaps a box."""

    field_class = BoxField

    def filter(self, qs: QuerySet, value: Box | None) -> QuerySet:
        """Select the cubes."""
        return qs if value is None else qs.filter(overlaps_box(value))

    def filter_by_index(self, qs: QuerySet, value: Box) -> QuerySet:
        """Select the cubes among those that an index finds."""
        return _near(self.filter(qs, value), value)


@_text("0,0,500", _CIRCLE_HELP)
class CircleFilter(django_filters.Filter):
    """Selects cubes whose field of view overlaps a circle."""

    field_class = CircleField

    def filter(self, qs: QuerySet, value: Circle | None) -> QuerySet:
        """Select the cubes."""
        return qs if value is None else qs.filter(overlaps_circle(value))

    def filter_by_index(self, qs: QuerySet, value: Circle) -> QuerySet:
        """Select the cubes among those that an index finds."""
        return _near(self.filter(qs, value), value.box)


def _near(cubes: QuerySet, box: Box) -> QuerySet:
    """Select the cubes that are near a box, if the database has an index of them."""
    return cubes.filter(near_box(box)) if connections[cubes.db].vendor == "postgresql" else cubes


@_text("2019-04-19T17:34:55.50395_6173_0-4", _OVERLAPS_HELP)
class CubeFilter(django_filters.Filter):
    """Compares with a cube."""

    field_class = CubeField


def _at_least_and_at_most(column: str, label: str, what: str) -> tuple[FloatFilter, FloatFilter]:
    """Return the filters for the low and the high end of a range of one column."""
    return _at_least(column, label, what), FloatFilter(
        field_name=f"metadata__{column}", lookup_expr="lte", label=f"{label} to", help_text=f"At most: {what}."
    )


def _at_least(column: str, label: str, what: str) -> FloatFilter:
    """Return the filter for the low end of a range of one column."""
    return FloatFilter(
        field_name=f"metadata__{column}", lookup_expr="gte", label=f"{label} from", help_text=f"At least: {what}."
    )


class YesNoFilter(django_filters.BooleanFilter):
    """Compares with true or false."""

    field_class = YesNoField


_SELECTION_HELP = "Key of a kept selection."


@extend_schema_field({"type": "string", "description": _SELECTION_HELP})
class SelectionFilter(django_filters.ModelChoiceFilter):
    """Chooses a kept selection by its key."""


class RangesForm(forms.Form):
    """The form of the filters. Refuses a range that ends before it begins."""

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        for low in (name for name in self.fields if name.endswith("_from")):
            high = f"{low.removesuffix('_from')}_to"
            begin, end = cleaned.get(low), cleaned.get(high)
            if begin is not None and end is not None and end < begin:
                self.add_error(high, f"It must not be below {low}.")
        return cleaned


MULTIPLE_FILTERS = frozenset({"instrument", "spectral_line", "tag", "keyword"})
"""Filters that can be repeated."""


class DataCubeFilter(django_filters.FilterSet):
    """Selects the data cubes that match all given filters. No filter makes a cube appear twice."""

    instrument = django_filters.ModelMultipleChoiceFilter(
        queryset=Instrument.objects.all(),
        to_field_name="name",
        field_name="instrument",
        method="of_instruments",
        label="Instrument",
        help_text="Name of an instrument. If repeated, a cube must match any.",
    )
    time_from = TimeFilter(
        field_name="metadata__date_end",
        lookup_expr="gte",
        label="Observed from",
        help_text="Cubes that end at this time or later. ISO 8601, UTC unless it has a zone; a day, a month (2019-04) "
        "or a year means its start.",
    )
    time_to = TimeFilter(
        field_name="metadata__date_beg",
        lookup_expr="lte",
        end_of_day=True,
        label="Observed to",
        help_text="Cubes that begin at this time or earlier. ISO 8601, UTC unless it has a zone; a day, a month "
        "(2019-04) or a year means its end.",
    )
    wavelength_from = FloatFilter(
        field_name="metadata__wavelength_max",
        lookup_expr="gte",
        label="Wavelength from (nm)",
        help_text="Cubes whose longest wavelength is at least this, in nm.",
    )
    wavelength_to = FloatFilter(
        field_name="metadata__wavelength_min",
        lookup_expr="lte",
        label="Wavelength to (nm)",
        help_text="Cubes whose shortest wavelength is at most this, in nm.",
    )
    x_from, x_to = _at_least_and_at_most("pointing_x", "Centre x", "helioprojective longitude of the centre, arcsec")
    y_from, y_to = _at_least_and_at_most("pointing_y", "Centre y", "helioprojective latitude of the centre, arcsec")
    size_x_from, size_x_to = _at_least_and_at_most("size_x", "Width", "width of the field of view, arcsec")
    size_y_from, size_y_to = _at_least_and_at_most("size_y", "Height", "height of the field of view, arcsec")
    rotation_from, rotation_to = _at_least_and_at_most(
        "rotation", "Rotation", "angle from solar north to the image's y axis, counterclockwise, -180 to 180 degrees"
    )
    mu_from, mu_to = _at_least_and_at_most(
        "mu", "μ", "cosine of the heliocentric angle of the centre: 1 at disk centre, 0 at the limb"
    )
    r0_from = _at_least("r0_median", "Median r₀ (m)", "median of r₀ of all altitudes, m; cubes without it are left out")
    duration_from, duration_to = _at_least_and_at_most("duration", "Duration (s)", "time from begin to end, s")
    cadence_from, cadence_to = _at_least_and_at_most("cadence", "Cadence (s)", "time from scan to scan, s")
    scans_from, scans_to = _at_least_and_at_most("n_scans", "Scans", "number of scans")
    exposure_from, exposure_to = _at_least_and_at_most("exposure", "Exposure (s)", "exposure time of a frame, s")
    box = BoxFilter(label="Box (arcsec)", help_text=_BOX_HELP)
    circle = CircleFilter(label="Circle (arcsec)", help_text=_CIRCLE_HELP)
    spectral_line = LinesFilter(field_name="metadata__spectral_line", label="Spectral line", help_text=_LINES_HELP)
    polarimetry = YesNoFilter(
        field_name="metadata__has_polarimetry",
        label="Polarimetry",
        help_text="Whether the cube has four Stokes parameters.",
    )
    tag = TagsFilter(
        queryset=Tag.objects.all(),
        to_field_name="name",
        field_name="tags",
        method="with_all_tags",
        label="Tags",
        help_text="Name of a solar feature or event, in any case. If repeated, a cube must match all.",
    )
    observation = django_filters.CharFilter(
        field_name="observation__point_id",
        label="Observation",
        help_text="POINT_ID of the observation of the cubes.",
    )
    release = django_filters.ChoiceFilter(
        choices=[("public", "Public"), ("restricted", "Restricted")],
        method="in_release_state",
        label="Release",
        help_text="Whether everybody may download the file today.",
    )
    observer = django_filters.CharFilter(
        field_name="metadata__observer",
        lookup_expr="icontains",
        max_length=MAX_TEXT_LENGTH,
        label="Observer",
        help_text="Part of OBSERVER, in any case.",
    )
    search = NameFilter(
        method="with_name",
        label="OID or file name",
        help_text="Part of the OID or file name, in any case; at least three letters or digits.",
    )
    overlaps = CubeFilter(
        method="at_the_same_time",
        label="At the same time as",
        help_text=_OVERLAPS_HELP,
    )
    keyword = KeywordFilter(label="FITS keyword", help_text=_KEYWORD_HELP)
    selection = SelectionFilter(
        queryset=Selection.objects.all(),
        method="in_selection",
        label="Selection",
        help_text=_SELECTION_HELP,
    )

    class Meta:
        model = DataCube
        fields: Sequence[str] = ()
        form = RangesForm

    def ways(self, ordering: Ordering) -> Ways[DataCube] | None:
        """Return how `keyset_page` finds the cubes if the index of the order does not answer some given filter."""
        values = self.form.cleaned_data
        given = sorted(name for name, value in values.items() if value or value in (False, 0))
        if ordering.answers.issuperset(given):
            return None
        walked = collected = self.queryset.all()
        for name in given:
            narrow = self.filters[name].filter
            if name in ordering.answers:
                walked = narrow(walked, values[name])
            collected = getattr(self.filters[name], "filter_by_index", narrow)(collected, values[name])
        questions = values.get("keyword") or ()
        compares = any(isinstance(question, Comparison | PartOfText) for question in questions)
        return Ways(
            walked,
            collected,
            SHORT_WALK if questions else LONG_WALK,
            seconds=COMPARISON_SECONDS if compares else None,
            needs_index=any(isinstance(question, Equality) for question in questions),
        )

    def of_instruments(self, cubes: QuerySet[DataCube], name: str, instruments: Any) -> QuerySet[DataCube]:
        """Select cubes of any of some instruments."""
        # A list instead of a subquery: the database plans better if it knows the instruments.
        return cubes.filter(metadata__instrument__in=list(instruments)) if instruments else cubes

    def with_all_tags(self, cubes: QuerySet[DataCube], name: str, tags: Any) -> QuerySet[DataCube]:
        """Select cubes that have all given tags. If a feature and an event share a name, either matches."""
        tagged = DataCube.tags.through.objects.filter(datacube=OuterRef("pk"))
        keys: dict[str, list[int]] = {}
        for tag in tags:
            keys.setdefault(tag.name.casefold(), []).append(tag.pk)
        for tag_name in sorted(keys):
            cubes = cubes.filter(Exists(tagged.filter(tag__in=keys[tag_name])))
        return cubes

    def in_release_state(self, cubes: QuerySet[DataCube], name: str, state: str) -> QuerySet[DataCube]:
        """Select cubes that are public today, by the rule of `AccessRules.is_public`, or those that are not."""
        today = timezone.now().date()
        if state == "public":
            return cubes.filter(metadata__public_from__lte=today)
        return cubes.filter(metadata__public_from__gt=today)

    def in_selection(self, cubes: QuerySet[DataCube], name: str, selection: Selection) -> QuerySet[DataCube]:
        """Select the cubes of a kept selection."""
        return cubes.filter(oid__in=selection.oids)

    def with_name(self, cubes: QuerySet[DataCube], name: str, part: str) -> QuerySet[DataCube]:
        """Select cubes whose OID or file name has a text in it."""
        return cubes.filter(Q(oid__icontains=part) | Q(filename__icontains=part))

    def at_the_same_time(self, cubes: QuerySet[DataCube], name: str, cube: DataCube) -> QuerySet[DataCube]:
        """Select cubes that overlap another in time and field of view."""
        return overlapping(cubes, cube)
