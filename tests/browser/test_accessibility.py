"""No page has barriers that axe-core knows of, in light on a large screen, in dark on a phone."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js").read_text()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])
def test_no_page_has_barriers(open_context, public_cube, restricted_cube, scheme, width):
    page = open_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    barriers = []
    for path in (
        "/",
        "/?time_from=yesterday&tag=Pore&keyword=OBSERVER",
        "/?search=nothing",
        "/?group=observations",
        f"/compare/?oid={public_cube.oid}&oid={restricted_cube.oid}",
        "/help/",
        "/api/v1/docs/",
        f"/cubes/{public_cube.oid}/",
        f"/cubes/{restricted_cube.oid}/",
        f"/data/{restricted_cube.oid}/{restricted_cube.filename}",
        "/accounts/login/",
        "/accounts/password/",
        "/none/",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        barriers += [
            f"{path}: {barrier['help']}: {node['html']}" for barrier in found["violations"] for node in barrier["nodes"]
        ]
    assert barriers == []
