"""Text that people write about themselves, which staff and others read."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError


class PersonTextField(forms.CharField):
    """A line of text in any script, without characters that hide or reverse what is written."""

    def to_python(self, value: object) -> str:
        """Return the text composed (NFC), with single spaces."""
        text = super().to_python(value) or ""
        return " ".join(unicodedata.normalize("NFC", text).split())

    def validate(self, value: str) -> None:
        """Refuse control characters, and marks of direction such as U+202E."""
        super().validate(value)
        if any(unicodedata.category(character).startswith("C") for character in value):
            raise ValidationError("Write it without invisible characters and marks of direction.")
