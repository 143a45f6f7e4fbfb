"""Finds the SVO dataset of an instrument's cubes, from settings and rows only."""

from django.conf import settings

from datacubes.models import Instrument

NOT_CONFIGURED = "No SVO is configured."


def is_configured() -> bool:
    """Return whether an SVO is configured."""
    return bool(settings.SVO_API_URL and settings.SVO_USERNAME and settings.SVO_API_KEY)


def dataset_name(instrument: Instrument) -> str | None:
    """Return the name of an instrument's dataset, or None if the instrument is left out."""
    in_svo = getattr(instrument, "in_svo", None)
    return None if in_svo is not None and in_svo.is_left_out else _own_dataset(instrument)


def instruments_of(dataset: str) -> list[Instrument]:
    """Return all instruments with this dataset, also those left out now; several may share a dataset."""
    instruments = Instrument.objects.select_related("in_svo")
    return [instrument for instrument in instruments if _own_dataset(instrument) == dataset]


def _own_dataset(instrument: Instrument) -> str:
    in_svo = getattr(instrument, "in_svo", None)
    return in_svo.dataset if in_svo is not None and in_svo.dataset else instrument.name
