"""Settings of the SVO that would do harm are told by ``manage.py check``."""

import pytest

from svo.checks import check_settings
from svo.models import Submission
from svo.planning import Options
from svo.synchronisation import synchronise


def ids() -> list[str]:
    return [message.id for message in check_settings()]


def test_without_svo_settings_the_check_passes(settings):
    settings.SVO_API_URL = settings.SVO_USERNAME = settings.SVO_API_KEY = ""
    assert ids() == []


def test_with_all_svo_settings_the_check_passes(configured):
    assert ids() == []


@pytest.mark.parametrize("name", ["SVO_API_URL", "SVO_USERNAME", "SVO_API_KEY"])
def test_a_missing_svo_setting_is_named(configured, settings, name):
    setattr(settings, name, "")
    [message] = check_settings()
    assert message.id == "svo.W001"
    assert f"Set {name} too" in message.hint


NOT_PUBLIC = [
    "http://localhost:8000",
    "https://LOCALHOST",
    "http://archive.localhost",
    "http://127.0.0.1:8000",
    "http://127.1.2.3",
    "http://0.0.0.0:8000",
    "http://[::1]:8000",
]
REFUSED = ["http://archive:8000", "https://archive_1.example.org", "archive.example.org", "https://archive example.org"]
PUBLIC = ["https://archive.example.org", "https://192.0.2.1", "http://[2001:db8::1]:8000", "https://a.example/archive"]


@pytest.mark.parametrize("url", [*NOT_PUBLIC, *REFUSED])
def test_an_address_that_others_cannot_reach_is_an_error_and_nothing_is_sent(
    configured, settings, archive_cube, send_all, url
):
    settings.SVO_API_URL, settings.ARCHIVE_BASE_URL = "https://solarnet.example/service/api/svo", url
    assert ids() == ["svo.E002"]
    archive_cube()
    assert send_all() == ["failed"]
    assert f"ARCHIVE_BASE_URL is {url}, " in Submission.objects.get().error
    assert all("ARCHIVE_BASE_URL" in failure["reason"] for failure in synchronise(Options()).failures)
    assert configured.requests == []


@pytest.mark.parametrize("svo_url", ["http://localhost:8100/api", "http://127.0.0.1:8100/api", "http://[::1]:8100/api"])
def test_with_a_local_svo_a_local_address_is_accepted(configured, settings, svo_url):
    settings.SVO_API_URL = svo_url
    for settings.ARCHIVE_BASE_URL in NOT_PUBLIC:
        assert ids() == []
    for settings.ARCHIVE_BASE_URL in REFUSED:
        assert ids() == ["svo.E002"]


@pytest.mark.parametrize("url", PUBLIC)
def test_a_public_address_passes(configured, settings, url):
    settings.SVO_API_URL, settings.ARCHIVE_BASE_URL = "https://solarnet.example/service/api/svo", url
    assert ids() == []


def test_without_an_svo_any_address_passes(settings):
    settings.SVO_API_URL, settings.ARCHIVE_BASE_URL = "", "http://archive:8000"
    assert ids() == []
