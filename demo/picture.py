"""A picture of a page, taken by the Chromium of the machine."""

import os
import shutil
import subprocess
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SECONDS = 30


def take_picture(url: str, path: Path) -> bool:
    """Write a PNG of a page; return whether there is one, as there is not without a Chromium."""
    browser = next(filter(None, map(shutil.which, _NAMES)), None)
    if browser is None:
        return False
    path.unlink(missing_ok=True)
    options = ["--headless", "--disable-gpu", "--hide-scrollbars", "--window-size=1400,1800", f"--screenshot={path}"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")  # Chromium's sandbox refuses to run as root.
    try:
        subprocess.run([browser, *options, url], capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return False
    return path.exists()
