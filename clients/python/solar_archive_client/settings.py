"""The address and the token of the archive, from the environment or a file.

``SOLAR_ARCHIVE_URL`` and ``SOLAR_ARCHIVE_TOKEN`` count more than the file ``~/.config/solar-archive/config.ini``::

    [archive]
    url = https://archive.example.org
    token = 1234…
"""

import os
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """The archive that is asked if none is named. The token is not part of its repr."""

    url: str | None
    token: str | None

    def __repr__(self) -> str:
        return f"Settings(url={self.url!r})"


def settings_file() -> Path:
    """Return the path of the settings file."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "solar-archive" / "config.ini"


def read_settings() -> Settings:
    """Return the settings."""
    file = ConfigParser(interpolation=None)
    file.read(settings_file(), encoding="utf-8")
    url = os.environ.get("SOLAR_ARCHIVE_URL") or file.get("archive", "url", fallback=None)
    token = os.environ.get("SOLAR_ARCHIVE_TOKEN") or file.get("archive", "token", fallback=None)
    return Settings(url, token)
