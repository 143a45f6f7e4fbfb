"""The filters of cubes, shared by the API and the catalogue."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db import connections
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from catalogue.filter_fields import MAX_TEXT_LENGTH
from catalogue.filter_kinds import (
    BOX_HELP,
    CIRCLE_HELP,
    KEYWORD_HELP,
    LINES_HELP,
    OVERLAPS_HELP,
    SELECTION_HELP,
    BoxFilter,
    CircleFilter,
    CubeFilter,
    FloatFilter,
    KeywordFilter,
    LinesFilter,
    NameFilter,
    SelectionFilter,
    TagsFilter,
    TimeFilter,
    YesNoFilter,
    at_least,
    at_least_and_at_most,
)
from catalogue.keyword_search import Comparison, Equality, PartOfText
from catalogue.models import Selection
from common.keyset import Ordering, Ways
from datacubes.models import DataCube, Instrument, Tag
from datacubes.simultaneous import overlapping
from datacubes.spans import near_times, near_wavelengths

LONG_WALK, SHORT_WALK = 5000, 500
"""Numbers of cubes to scan one by one; the second applies if each scan reads all keywords of a cube."""

SHORT_SPAN = timedelta(days=100)
"""For a longer time, PostgreSQL finds a page sooner by the index of the order."""

COMPARISON_SECONDS = 5.0
"""The limit of time for comparisons of keywords, which no index answers."""
TOO_MANY_COMPARED = (
    "The comparison of keywords takes too long, as it reads every cube. Add a filter that leaves fewer cubes, such as "
    "a time range, an instrument or a line."
)


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
    x_from, x_to = at_least_and_at_most("pointing_x", "Centre x", "helioprojective longitude of the centre, arcsec")
    y_from, y_to = at_least_and_at_most("pointing_y", "Centre y", "helioprojective latitude of the centre, arcsec")
    size_x_from, size_x_to = at_least_and_at_most("size_x", "Width", "width of the field of view, arcsec")
    size_y_from, size_y_to = at_least_and_at_most("size_y", "Height", "height of the field of view, arcsec")
    rotation_from, rotation_to = at_least_and_at_most(
        "rotation", "Rotation", "angle from solar north to the image's y axis, counterclockwise, -180 to 180 degrees"
    )
    mu_from, mu_to = at_least_and_at_most(
        "mu", "μ", "cosine of the heliocentric angle of the centre: 1 at disk centre, 0 at the limb"
    )
    r0_from = at_least("r0_median", "Median r₀ (m)", "median of r₀ of all altitudes, m; cubes without it are left out")
    duration_from, duration_to = at_least_and_at_most("duration", "Duration (s)", "time from begin to end, s")
    cadence_from, cadence_to = at_least_and_at_most("cadence", "Cadence (s)", "time from scan to scan, s")
    scans_from, scans_to = at_least_and_at_most("n_scans", "Scans", "number of scans")
    exposure_from, exposure_to = at_least_and_at_most("exposure", "Exposure (s)", "exposure time of a frame, s")
    box = BoxFilter(label="Box (arcsec)", help_text=BOX_HELP)
    circle = CircleFilter(label="Circle (arcsec)", help_text=CIRCLE_HELP)
    spectral_line = LinesFilter(field_name="metadata__spectral_line", label="Spectral line", help_text=LINES_HELP)
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
        help_text=OVERLAPS_HELP,
    )
    keyword = KeywordFilter(label="FITS keyword", help_text=KEYWORD_HELP)
    selection = SelectionFilter(
        queryset=Selection.objects.all(),
        method="in_selection",
        label="Selection",
        help_text=SELECTION_HELP,
    )

    class Meta:
        model = DataCube
        fields: Sequence[str] = ()
        form = RangesForm

    def filter_queryset(self, queryset: QuerySet[DataCube]) -> QuerySet[DataCube]:
        """Select the cubes, with conditions that help PostgreSQL to find them."""
        return self._near_spans(super().filter_queryset(queryset))

    def _near_spans(self, cubes: QuerySet[DataCube]) -> QuerySet[DataCube]:
        if connections[cubes.db].vendor != "postgresql":
            return cubes
        begin, end, shortest, longest = map(
            self.form.cleaned_data.get, ("time_from", "time_to", "wavelength_from", "wavelength_to")
        )
        if begin and end and end - begin < SHORT_SPAN:
            cubes = cubes.filter(near_times(begin, end))
        if shortest is not None and longest is not None:
            cubes = cubes.filter(near_wavelengths(shortest, longest))
        return cubes

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
            self._near_spans(collected),
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
