"""No page has barriers that axe-core knows of, in light on a large screen, in dark on a phone."""

import pytest

from tests.browser.barriers import barriers_of

pytestmark = pytest.mark.browser


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
        barriers += barriers_of(page)
    assert barriers == []
