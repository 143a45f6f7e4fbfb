"""A browser, pages that watch for what must not happen, and cubes to look at."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.addresses import mark_verified
from datacubes.models import DataCube
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import cube_filename, write_cube
from devtools.services import ServiceMissing
from ingestion.conductor import ingest
from tests.support.needed import needed

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "seeing is 12 cm"

OpenContext = Callable[..., BrowserContext]
AddCube = Callable[..., DataCube]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Start the browser once for all of these tests.

    Playwright keeps an event loop in this thread, in which Django refuses database access although nothing here is
    asynchronous; the variable tells it so, for as long as the loop is there.
    """
    program = shutil.which("chromium-headless-shell")  # Without windows of its own, it takes half of Chromium's time.
    with needed():
        if program is None:
            raise ServiceMissing("Chromium's headless shell is not installed (package chromium-headless-shell).")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS, timeout=120_000)
        yield browser
        browser.close()


@contextmanager
def watched_contexts(chromium: Browser, base_url: str) -> Iterator[OpenContext]:
    """Give a function that opens a browser of its own, without cookies, with options of Playwright.

    At the end no script has failed, nothing was forbidden by the policy, and nothing was asked of another host.
    """
    contexts, wrong = [], []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: wrong.append(f"A script failed: {error}"))
        page.on("console", lambda message: "Content Security Policy" in message.text and wrong.append(message.text))
        page.on("request", lambda request: note_host(request.url))

    def note_host(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.netloc != urlsplit(base_url).netloc:
            wrong.append(f"Asked of another host: {url}")

    def open_context(**options: object) -> BrowserContext:
        context = chromium.new_context(base_url=base_url, **options)
        context.set_default_timeout(10_000)
        context.on("page", watch)
        contexts.append(context)
        return context

    try:
        yield open_context
    finally:
        for context in contexts:
            context.close()
    assert wrong == []


@pytest.fixture
def open_context(chromium: Browser, live_server) -> Iterator[OpenContext]:
    """Return a function that opens a browser of its own on the server of the test's process."""
    with watched_contexts(chromium, live_server.url) as opener:
        yield opener


@pytest.fixture
def page(open_context) -> Page:
    """Open a page as a person with a large screen does."""
    return open_context(viewport={"width": 1440, "height": 1000}).new_page()


@pytest.fixture
def add_cube(transactional_db, settings) -> AddCube:
    """Return a function that writes a cube with previews and ingests it."""

    def add(name: str, shape=(3, 4, 9, 96, 128), **keywords: object) -> DataCube:
        path = f"{name}/{cube_filename(line=str(keywords.get('FILTER1', '6173')))}"
        write_cube(settings.SCIENCE_DATA_ROOT / path, shape=shape, keywords=keywords)
        return DataCube.objects.get(oid=ingest(IngestRequest(path)).oid)

    return add


@pytest.fixture
def public_cube(add_cube: AddCube) -> DataCube:
    """Add a cube of CRISP at 6173 that is public."""
    return add_cube("public")


@pytest.fixture
def restricted_cube(add_cube: AddCube) -> DataCube:
    """Add a cube of CHROMIS at 3950 that is not public for long."""
    return add_cube(
        "restricted",
        (1, 1, 5, 96, 128),
        INSTRUME="CHROMIS",
        FILTER1="3950",
        WAVEMIN=393.2,
        WAVEMAX=393.5,
        RELEASE="2999-12-31",
        RELEASEC="For the observers.",
        **{"DATE-BEG": "2022-05-05T09:00:00", "DATE-END": "2022-05-05T09:02:00"},
    )


@pytest.fixture
def person(transactional_db) -> User:
    """Make an account without any rights, whose e-mail address is verified."""
    person = User.objects.create_user("anna", "anna@observatory.example", PASSWORD)
    mark_verified(person)
    return person


def log_in_to_admin(page: Page, username: str, password: str = PASSWORD) -> None:
    """Log in, and wait for the front page of the admin."""
    page.goto("/admin/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Administration").wait_for()
