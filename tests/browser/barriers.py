"""What axe-core finds on a page, in light on a large screen, and in dark on a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js").read_text()

LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1440), ("dark", 360))
"""Colour schemes, each with the width of a screen."""


def barriers_of(page: Page, loaded: Literal["load", "networkidle"] = "networkidle") -> list[str]:
    """Return the barriers of the page that is open, with all of its details opened, a line for each element.

    To be wider than the screen is one, too. Pages whose scripts request nothing need not wait until the network is
    idle, which takes half a second.
    """
    page.wait_for_load_state(loaded, timeout=30_000)
    page.evaluate(AXE)
    barriers = []
    for look in looks_of(page):
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        barriers += [
            f"{look}: {barrier['help']}: {node['html']}" for barrier in found["violations"] for node in barrier["nodes"]
        ]
        barriers += excess_of(page, look)
    return barriers


def looks_of(page: Page) -> Iterator[str]:
    """Show the page that is open in each look, with all of its details opened; yield what to call it."""
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    before = page.viewport_size
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("for (const animation of document.getAnimations()) animation.finish()")  # From look to look.
        yield f"{urlsplit(page.url).path} ({scheme}, {width})"
    page.emulate_media(color_scheme=LOOKS[0][0])
    if before:
        page.set_viewport_size(before)


def excess_of(page: Page, look: str) -> list[str]:
    """Return a line if the page that is open is wider than the screen."""
    excess = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{look}: {excess} pixels too wide"] if excess > 0 else []
