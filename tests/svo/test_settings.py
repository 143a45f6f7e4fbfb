"""Settings of the SVO that would do harm are told by ``manage.py check``."""

import pytest

from svo.checks import check_settings


def ids() -> list[str]:
    return [message.id for message in check_settings()]


def test_without_any_setting_all_is_well(settings):
    settings.SVO_API_URL = settings.SVO_USERNAME = settings.SVO_API_KEY = ""
    assert ids() == []


def test_with_all_of_them_too(configured):
    assert ids() == []


@pytest.mark.parametrize("name", ["SVO_API_URL", "SVO_USERNAME", "SVO_API_KEY"])
def test_one_that_is_missing_is_named(configured, settings, name):
    setattr(settings, name, "")
    [message] = check_settings()
    assert message.id == "svo.W001"
    assert f"Set {name} too" in message.hint


@pytest.mark.parametrize("share", [-0.1, 1.1, 10])
def test_a_share_of_removals_that_is_none_is_an_error(settings, share):
    settings.SVO_MAX_REMOVALS = share
    assert ids() == ["svo.E001"]
