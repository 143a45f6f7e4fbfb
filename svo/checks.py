"""Checks of the settings, which `manage.py check` and most other commands run."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from datacubes.models import Tag
from datacubes.vocabulary import vocabulary
from svo.addresses import address_fault
from svo.datasets import is_configured
from svo.values import tag_fault

SETTINGS = ("SVO_API_URL", "SVO_USERNAME", "SVO_API_KEY")


@register
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Report settings under which nothing is sent, links do not work, or all records could be removed."""
    messages: list[CheckMessage] = []
    missing = [name for name in SETTINGS if not getattr(settings, name)]
    if missing and len(missing) < len(SETTINGS):
        hint = f"Set {' and '.join(missing)} too, or none of {', '.join(SETTINGS)}."
        messages.append(Warning("The SVO settings are incomplete: nothing is sent to it.", hint, id="svo.W001"))
    if is_configured() and (fault := address_fault()):
        messages.append(Error(fault, "Such as https://archive.example.org.", id="svo.E002"))
    return messages


@register
def check_vocabularies(**kwargs: Any) -> list[CheckMessage]:
    """Report words that the SVO does not accept as tags."""
    if not is_configured():
        return []
    refused = [word for kind in Tag.Kind for word in vocabulary(kind).values() if tag_fault(word)]
    if not refused:
        return []
    text = f"Tags of these words are left out of the SVO: {', '.join(refused)}."
    return [Warning(text, f"{tag_fault(refused[0]).capitalize()}.", id="svo.W002")]
