"""A person signs up, verifies the address by the mail of a real server, and uses a token."""

import re
import socket
from collections.abc import Iterator
from email.message import Message

import pytest
import requests
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Handler
from django.contrib.auth.models import User
from playwright.sync_api import expect

from common.mail.tasks import send_due_mail
from datacubes.links import download_path
from datacubes.models import EmailGrant

pytestmark = pytest.mark.browser

EMAIL, PASSWORD = "asa@observatory.example", "a good one 77"


class Mailbox(Handler):
    """Keeps what it receives."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.mails.append(message)


@pytest.fixture
def mailbox(settings, live_server, monkeypatch) -> Iterator[Mailbox]:
    """Run a mail server, and set it. The test does the work of the worker that sends mail."""
    monkeypatch.setattr("common.mail.backend.send_wake_up", lambda task: None)
    mailbox = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.SENDS_MAIL, settings.EMAIL_BACKEND = True, "common.mail.backend.QueueingBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.ARCHIVE_BASE_URL = live_server.url
    yield mailbox
    controller.stop()


def test_from_the_sign_up_to_a_download_with_a_token(page, restricted_cube, mailbox, live_server):
    EmailGrant.objects.create(cube=restricted_cube, email=EMAIL)
    page.goto("/")
    page.get_by_role("link", name="Log in").click()
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Name").fill("Åsa Åkesson")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Affiliation").fill("Institute for Solar Physics")
    page.get_by_label("Purpose").fill("Flares")
    for label in ("Password", "Password (again)"):
        page.get_by_label(label, exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")

    send_due_mail()
    [mail] = mailbox.mails
    assert mail["To"] == EMAIL
    [link] = re.findall(rf"{re.escape(live_server.url)}\S+", mail.get_payload(decode=True).decode())
    page.goto(link)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    expect(page.get_by_role("main")).to_contain_text(f"{EMAIL} is verified.")
    expect(page.get_by_role("link", name=restricted_cube.oid)).to_be_visible()

    page.get_by_role("button", name="Log out").click()
    page.get_by_role("link", name="Log in").click()
    page.get_by_label("Username or e-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name=User.objects.get().username).click()
    page.get_by_role("link", name="Tokens").click()
    page.get_by_label("Name").fill("notebook")
    page.get_by_role("button", name="Make a token").click()
    key = page.locator("code.key").inner_text()
    file = f"{live_server.url}{download_path(restricted_cube)}"
    assert requests.get(file, timeout=10).status_code == 403
    answer = requests.get(file, headers={"Authorization": f"Token {key}"}, timeout=10)
    assert (answer.status_code, len(answer.content)) == (200, restricted_cube.size)

    page.goto("/accounts/tokens/")
    expect(page.get_by_role("main")).not_to_contain_text(key)
    page.get_by_role("button", name="Revoke notebook").click()
    expect(page.get_by_role("main")).to_contain_text("The token “notebook” is revoked.")
    assert requests.get(file, headers={"Authorization": f"Token {key}"}, timeout=10).status_code == 401
