"""The form fields of the filters. Each reads what people write, within bounds, and refuses the rest with a sentence."""

import math
import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django_filters.fields import ModelMultipleChoiceField

from catalogue.keyword_search import KeywordQuestion
from datacubes.fields_of_view import FARTHEST, Box, Circle
from datacubes.lines import stored_names
from datacubes.models import DataCube

MAX_KEYWORD_QUESTIONS = 10
MAX_LINES = 20
MAX_TEXT_LENGTH = 255
LEAST_OF_NAME = 3
"""Letters and digits that a part of a name needs: PostgreSQL's index holds names in pieces of three."""

_YEAR_AND_MONTH = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?")


class UTCTimeField(forms.Field):
    """A time in ISO 8601, in UTC unless it names a zone. A day, a month or a year means its beginning or its end."""

    def __init__(self, *, end_of_day: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.end_of_day = end_of_day

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            day = self._day_of_longer_time(value) or parse_date(value)
            if day:
                return datetime.combine(day, time.max if self.end_of_day else time.min, UTC)
            moment = parse_datetime(value)
            if not moment:
                raise ValueError
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise ValidationError(
                "Enter a time such as 2019-04-19T17:34:55, a day such as 2019-04-19, a month such as 2019-04 or a year."
            ) from None

    def _day_of_longer_time(self, value: str) -> date | None:
        """Return the first or the last day of a month or a year."""
        match = _YEAR_AND_MONTH.fullmatch(value.strip())
        if not match:
            return None
        year = int(match[1])
        month = int(match[2]) if match[2] else 12 if self.end_of_day else 1
        first = date(year, month, 1)
        return first.replace(day=monthrange(year, month)[1]) if self.end_of_day else first


class RepeatedInput(forms.TextInput):
    """Reads all values of a repeated parameter, and shows them in one line."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return data.getlist(name) if hasattr(data, "getlist") else list(data.get(name) or [])

    def format_value(self, value: Any) -> str | None:
        return ", ".join(value) if isinstance(value, list) else super().format_value(value)


class RepeatedField(forms.Field):
    """Some texts, from a parameter that may be repeated; empty ones are ignored."""

    widget = RepeatedInput
    what = "values"
    most = MAX_LINES
    longest = MAX_TEXT_LENGTH

    def to_python(self, value: Any) -> list[Any]:
        texts = [text.strip() for text in value or [] if text.strip()]
        if len(texts) > self.most:
            raise ValidationError(f"You gave {len(texts)} {self.what}; at most {self.most} are accepted.")
        for text in texts:
            if not text.isprintable():
                raise ValidationError("The text has characters that cannot be printed.")
            if len(text) > self.longest:
                raise ValidationError(f"The text has {len(text)} characters; at most {self.longest} are accepted.")
        return texts


class LinesField(RepeatedField):
    """Spectral lines, as people write them; its value is the names that the archive stores them under."""

    what = "lines"

    def to_python(self, value: Any) -> list[str]:
        texts: list[str] = super().to_python(value)
        count = sum(text.count(",") + 1 for text in texts)
        if count > self.most:
            raise ValidationError(f"You gave {count} lines; at most {self.most} are accepted.")
        return texts

    def clean(self, value: Any) -> list[str]:
        texts = super().clean(value)
        return stored_names(texts) if texts else []


class PartOfNameField(forms.CharField):
    """Part of a name, long enough for an index to find it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_TEXT_LENGTH, **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and sum(map(str.isalnum, value)) < LEAST_OF_NAME:
            raise ValidationError(f"Enter at least {LEAST_OF_NAME} letters or digits.")


class KeywordQuestionsField(forms.Field):
    """Searches for FITS keywords, each as ``NAME:value`` or as a comparison; empty values are ignored."""

    widget = RepeatedInput

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


class TagsField(ModelMultipleChoiceField):
    """Names of tags, without regard to case. Its value is all tags that have one of the names."""

    def clean(self, value: Any) -> list[Any]:
        names = [str(name) for name in value or ()]
        tags = _by_folded_name(self.queryset) if names else {}
        for name in names:
            if name.strip().casefold() not in tags:
                raise ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": name[:MAX_TEXT_LENGTH]},
                )
        return [tag for name in dict.fromkeys(name.strip().casefold() for name in names) for tag in tags[name]]

    def prepare_value(self, value: Any) -> Any:
        """Return names as the tags have them, so that a page can show which are chosen."""
        if not isinstance(value, list | tuple):
            return super().prepare_value(value)
        tags = _by_folded_name(self.queryset) if value else {}
        return [tag.name for name in value for tag in tags.get(str(name).strip().casefold(), ())]


def _by_folded_name(tags: QuerySet) -> dict[str, list[Any]]:
    named: dict[str, list[Any]] = {}
    for tag in tags:
        named.setdefault(tag.name.casefold(), []).append(tag)
    return named


class NumbersField(forms.Field):
    """Some numbers, separated by commas."""

    names: tuple[str, ...] = ()

    def numbers(self, value: str) -> list[float]:
        """Return as many finite numbers as there are names.

        Raises
        ------
        ValidationError
            With a sentence that says what was expected.
        """
        parts = value.split(",") if len(value) <= MAX_TEXT_LENGTH else []
        try:
            numbers = [float(part) for part in parts]
        except ValueError:
            numbers = []
        if len(numbers) != len(self.names) or not all(map(math.isfinite, numbers)):
            raise ValidationError(
                f"Enter {len(self.names)} numbers in arcsec, separated by commas: {_list(self.names)}."
            )
        if any(abs(number) > FARTHEST for number in numbers):
            raise ValidationError(f"The numbers must be between -{FARTHEST:g} and {FARTHEST:g} arcsec.")
        return numbers


class BoxField(NumbersField):
    """A box in helioprojective coordinates."""

    names = ("x_min", "y_min", "x_max", "y_max")

    def to_python(self, value: Any) -> Box | None:
        if value in self.empty_values:
            return None
        box = Box(*self.numbers(value))
        if box.x_max < box.x_min or box.y_max < box.y_min:
            raise ValidationError("x_max must not be below x_min, and y_max not below y_min.")
        return box


class CircleField(NumbersField):
    """A circle in helioprojective coordinates."""

    names = ("x", "y", "radius")

    def to_python(self, value: Any) -> Circle | None:
        if value in self.empty_values:
            return None
        circle = Circle(*self.numbers(value))
        if circle.radius < 0:
            raise ValidationError("The radius must not be below 0.")
        return circle


class CubeField(forms.CharField):
    """The OID of a cube; its value is the cube with its metadata."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_TEXT_LENGTH, **kwargs)

    def clean(self, value: Any) -> DataCube | None:
        oid = super().clean(value)
        if not oid:
            return None
        cube = DataCube.objects.filter(oid=oid, metadata__isnull=False).select_related("metadata").first()
        if not cube:
            raise ValidationError("The archive has no cube with this OID.")
        return cube


def _list(names: Iterable[str]) -> str:
    return ",".join(names)
