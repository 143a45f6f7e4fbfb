"""The filters of cubes, shared by the API and the catalogue."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from catalogue.keyword_search import KeywordQuestion
from catalogue.models import Selection
from common.keyset import Ordering, Ways
from datacubes.models import DataCube, Instrument, Tag

MAX_KEYWORD_QUESTIONS = 10
LONG_WALK, SHORT_WALK = 5000, 500
"""Numbers of cubes to scan one by one; the second applies if each scan reads all keywords of a cube."""


class UTCTimeField(forms.Field):
    """A time in ISO 8601, in UTC unless it names a zone; or a day, which means its beginning or its end."""

    def __init__(self, *, end_of_day: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.end_of_day = end_of_day

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            day = parse_date(value)
            if day is not None:
                return datetime.combine(day, time.max if self.end_of_day else time.min, UTC)
            moment = parse_datetime(value)
            if moment is None:
                raise ValueError
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise ValidationError("Enter a time such as 2019-04-19T17:34:55, or a day such as 2019-04-19.") from None


class KeywordQuestionsInput(forms.TextInput):
    """Reads all values of a repeated parameter."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return data.getlist(name) if hasattr(data, "getlist") else list(data.get(name) or [])


class KeywordQuestionsField(forms.Field):
    """Searches for FITS keywords, each as ``NAME:value``; empty values are ignored."""

    widget = KeywordQuestionsInput

    def to_python(self, value: Any) -> list[KeywordQuestion]:
        texts = [text for text in value or [] if text.strip()]
        if len(texts) > MAX_KEYWORD_QUESTIONS:
            raise ValidationError(f"You gave {len(texts)} keywords; at most {MAX_KEYWORD_QUESTIONS} are accepted.")
        try:
            return [KeywordQuestion.parse(text) for text in texts]
        except ValueError as error:
            raise ValidationError(str(error)) from None


class YesNoField(forms.TypedChoiceField):
    """True or false. Refuses any other value, which a BooleanFilter would ignore."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", "---------"), ("true", "Yes"), ("false", "No")]
        super().__init__(choices=choices, coerce="true".__eq__, empty_value=None, **kwargs)


class TimeFilter(django_filters.IsoDateTimeFilter):
    """Compares with a time."""

    field_class = UTCTimeField


class FloatFilter(django_filters.NumberFilter):
    """Compares with a finite number. A NumberFilter's decimal can exceed the range of a database's number."""

    field_class = forms.FloatField


_KEYWORD_HELP = (
    "Keyword of the cube's header and its value, as NAME:value. A number matches in any notation; T and F match "
    "logical values. If repeated, a cube must match all."
)


@extend_schema_field(
    {"type": "array", "items": {"type": "string", "example": "WAVEBAND:Fe I 6173"}, "description": _KEYWORD_HELP}
)
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


def _at_least_and_at_most(column: str, label: str, what: str) -> tuple[FloatFilter, FloatFilter]:
    """Return the filters for the low and the high end of a range of one column."""
    return (
        FloatFilter(
            field_name=f"metadata__{column}", lookup_expr="gte", label=f"{label} from", help_text=f"At least: {what}."
        ),
        FloatFilter(
            field_name=f"metadata__{column}", lookup_expr="lte", label=f"{label} to", help_text=f"At most: {what}."
        ),
    )


class YesNoFilter(django_filters.BooleanFilter):
    """Compares with true or false."""

    field_class = YesNoField


@extend_schema_field(OpenApiTypes.STR)
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
        help_text="Cubes that end at this time or later. ISO 8601, UTC unless it has a zone; a day means its start.",
    )
    time_to = TimeFilter(
        field_name="metadata__date_beg",
        lookup_expr="lte",
        end_of_day=True,
        label="Observed to",
        help_text="Cubes that begin at this time or earlier. ISO 8601, UTC unless it has a zone; a day means its end.",
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
    spectral_line = django_filters.CharFilter(
        field_name="metadata__spectral_line",
        method="of_lines",
        label="Spectral line",
        help_text="Name of the line in the header, such as 6173. If repeated, a cube must match any.",
    )
    polarimetry = YesNoFilter(
        field_name="metadata__has_polarimetry",
        label="Polarimetry",
        help_text="Whether the cube has four Stokes parameters.",
    )
    tag = django_filters.ModelMultipleChoiceFilter(
        queryset=Tag.objects.all(),
        to_field_name="name",
        field_name="tags",
        method="with_all_tags",
        label="Tags",
        help_text="Name of a solar feature or event. If repeated, a cube must match all.",
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
    search = django_filters.CharFilter(
        method="with_name",
        label="OID or file name",
        help_text="Start of the OID or file name.",
    )
    keyword = KeywordFilter(label="FITS keyword", help_text=_KEYWORD_HELP)
    selection = SelectionFilter(
        queryset=Selection.objects.all(),
        method="in_selection",
        label="Selection",
        help_text="Key of a kept selection.",
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
        return Ways(walked, collected, LONG_WALK if "keyword" not in given else SHORT_WALK)

    def of_instruments(self, cubes: QuerySet[DataCube], name: str, instruments: Any) -> QuerySet[DataCube]:
        """Select cubes of any of some instruments."""
        # A list instead of a subquery: the database plans better if it knows the instruments.
        return cubes.filter(metadata__instrument__in=list(instruments)) if instruments else cubes

    def of_lines(self, cubes: QuerySet[DataCube], name: str, line: str) -> QuerySet[DataCube]:
        """Select cubes of any of the given lines."""
        given = self.data.getlist("spectral_line") if hasattr(self.data, "getlist") else [line]
        lines = sorted({one.strip() for one in given if one.strip()})
        condition = {"metadata__spectral_line": lines[0]} if len(lines) == 1 else {"metadata__spectral_line__in": lines}
        return cubes.filter(**condition)

    def with_all_tags(self, cubes: QuerySet[DataCube], name: str, tags: Any) -> QuerySet[DataCube]:
        """Select cubes that have all given tags. If a feature and an event share a name, either matches."""
        tagged = DataCube.tags.through.objects.filter(datacube=OuterRef("pk"))
        for tag_name in sorted({tag.name for tag in tags}):
            cubes = cubes.filter(Exists(tagged.filter(tag__in=[tag.pk for tag in tags if tag.name == tag_name])))
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

    def with_name(self, cubes: QuerySet[DataCube], name: str, beginning: str) -> QuerySet[DataCube]:
        """Select cubes whose OID or file name begins with a text."""
        return cubes.filter(Q(oid__startswith=beginning) | Q(filename__startswith=beginning))
