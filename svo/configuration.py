"""The SVO of this archive: whether there is one, its client, and its datasets."""

import time
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from datacubes.errors import TransientError
from datacubes.models import Instrument
from svo.client import SvoClient
from svo.connection import SvoConnection
from svo.resources import Dataset, Keyword

NOT_CONFIGURED = "No SVO is configured."
KEYWORDS_HELD_SECONDS = 3600


@dataclass(frozen=True)
class KnownDataset:
    """A dataset with its keywords, as the server told them at some time within the last hour."""

    dataset: Dataset
    keywords: list[Keyword]


def is_configured() -> bool:
    """Whether there is an SVO to send to."""
    return bool(settings.SVO_API_URL and settings.SVO_USERNAME and settings.SVO_API_KEY)


def get_client() -> SvoClient:
    """Return the client of this process for the configured SVO.

    Raises
    ------
    TransientError
        If none is configured.
    PermanentError
        If a setting cannot be used.
    """
    if not is_configured():
        raise TransientError(NOT_CONFIGURED)
    return _client(settings.SVO_API_URL, settings.SVO_USERNAME, settings.SVO_API_KEY)


def dataset_name(instrument: Instrument) -> str | None:
    """Return the name of an instrument's dataset, or None if the instrument is left out."""
    in_svo = getattr(instrument, "in_svo", None)
    return None if in_svo is not None and in_svo.is_left_out else _own_dataset(instrument)


def instruments_of(dataset: str) -> list[Instrument]:
    """Return the instruments whose dataset this is, those that are left out now as well: several may share one."""
    instruments = Instrument.objects.select_related("in_svo")
    return [instrument for instrument in instruments if _own_dataset(instrument) == dataset]


def known_dataset(client: SvoClient, name: str) -> KnownDataset:
    """Return a dataset and its keywords, asked from the server at most once an hour.

    Raises
    ------
    SvoNotFound
        If the SVO has no such dataset.
    """
    key = (settings.SVO_API_URL, name)
    asked_at, known = _datasets.get(key, (0.0, None))
    if known is None or time.monotonic() - asked_at > KEYWORDS_HELD_SECONDS:
        known = KnownDataset(client.dataset(name), client.keywords(name))
        _datasets[key] = (time.monotonic(), known)
    return known


def forget_datasets() -> None:
    """Ask for the datasets again at the next use."""
    _datasets.clear()


def _own_dataset(instrument: Instrument) -> str:
    in_svo = getattr(instrument, "in_svo", None)
    return in_svo.dataset if in_svo is not None and in_svo.dataset else instrument.name


_datasets: dict[tuple[str, str], tuple[float, KnownDataset]] = {}


@cache
def _client(url: str, username: str, key: str) -> SvoClient:
    return SvoClient(SvoConnection(url, username, key))
