"""Provides the client of the configured SVO, and caches the SVO's datasets."""

import time
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from common.errors import TransientError
from svo.client import SvoClient
from svo.connection import SvoConnection
from svo.datasets import NOT_CONFIGURED, is_configured
from svo.resources import Dataset, Keyword

KEYWORDS_HELD_SECONDS = 3600


@dataclass(frozen=True)
class KnownDataset:
    """A dataset with its keywords, read from the server within the last hour."""

    dataset: Dataset
    keywords: list[Keyword]


def get_client() -> SvoClient:
    """Return this process's client for the configured SVO.

    Raises
    ------
    TransientError
        If no SVO is configured.
    PermanentError
        If a setting cannot be used.
    """
    if not is_configured():
        raise TransientError(NOT_CONFIGURED)
    return _client(settings.SVO_API_URL, settings.SVO_USERNAME, settings.SVO_API_KEY)


def known_dataset(client: SvoClient, name: str) -> KnownDataset:
    """Return a dataset and its keywords, which are requested from the server at most once an hour.

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


_datasets: dict[tuple[str, str], tuple[float, KnownDataset]] = {}


@cache
def _client(url: str, username: str, key: str) -> SvoClient:
    return SvoClient(SvoConnection(url, username, key))
