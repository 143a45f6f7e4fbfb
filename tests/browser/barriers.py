"""What axe-core finds on a page."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js").read_text()


def barriers_of(page: Page, loaded: Literal["load", "networkidle"] = "networkidle") -> list[str]:
    """Return the barriers of the page that is open, with all of its details opened, a line for each element.

    Pages whose scripts request nothing need not wait until the network is idle, which takes half a second.
    """
    page.wait_for_load_state(loaded, timeout=30_000)
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    path = urlsplit(page.url).path
    return [
        f"{path}: {barrier['help']}: {node['html']}" for barrier in found["violations"] for node in barrier["nodes"]
    ]
