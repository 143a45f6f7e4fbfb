"""Mail is stored, and sent by workers to a real server; what the server does not take is tried again."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage as ReceivedMail

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from django.core.checks import run_checks
from django.core.mail import EmailMultiAlternatives, send_mail
from django.db import connection, transaction
from django.utils import timezone

from common.mail import queue
from common.mail.backend import waking_once
from common.mail.models import QueuedMail
from common.mail.tasks import send_due_mail, sweep_mail

pytestmark = pytest.mark.django_db


class Mailbox(Message):
    """Keeps what it receives; answers recipients as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[ReceivedMail] = []
        self.answer = "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    def handle_message(self, message) -> None:
        self.mails.append(message)


@pytest.fixture(autouse=True)
def wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the wake-ups instead of sending them to a broker."""
    sent: list[str] = []
    monkeypatch.setattr("common.mail.backend.send_wake_up", lambda task: sent.append(task.name))
    monkeypatch.setattr(
        "common.mail.tasks.send_missing_wake_ups", lambda task, queue_name, wanted: sent.extend([task.name] * wanted)
    )
    return sent


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    """Run a mail server, and set it."""
    mailbox = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "common.mail.backend.QueueingBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield mailbox
    controller.stop()


def post(subject: str = "Hello", *recipients: str) -> QueuedMail:
    send_mail(subject, "Grüße\nfrom the archive", "archive@a.example", recipients or ("anna@b.example",))
    return QueuedMail.objects.first()


def test_a_mail_is_a_row_until_the_server_has_it(mailbox):
    post("Zwei Wörter", "anna@b.example", "otto@b.example")
    assert mailbox.mails == []
    send_due_mail()
    [mail] = mailbox.mails
    assert (mail["From"], mail["To"]) == ("archive@a.example", "anna@b.example, otto@b.example")
    assert mail.get_payload(decode=True).decode().splitlines() == ["Grüße", "from the archive"]
    assert not QueuedMail.objects.exists()


def test_a_mail_of_several_forms_and_hidden_recipients_arrives_whole(mailbox):
    message = EmailMultiAlternatives("Hello", "text", "archive@a.example", ["anna@b.example"], bcc=["otto@b.example"])
    message.attach_alternative("<p>text</p>", "text/html")
    message.send()
    assert QueuedMail.objects.get().recipients == ["anna@b.example", "otto@b.example"]
    send_due_mail()
    assert [part.get_content_type() for part in mailbox.mails[0].walk()][1:] == ["text/plain", "text/html"]
    assert "otto" not in mailbox.mails[0].as_string().replace(mailbox.mails[0]["X-RcptTo"], "")


def test_a_mail_goes_with_the_transaction_that_it_was_sent_in(mailbox, wake_ups, django_capture_on_commit_callbacks):
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert not QueuedMail.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        post()
    assert wake_ups == [send_due_mail.name]


@pytest.mark.django_db(transaction=True)
def test_many_transactions_wake_a_worker_once_if_they_are_told_to(mailbox, wake_ups):
    with waking_once():
        assert wake_ups == []
        for _ in range(3):
            post()
        assert wake_ups == []
    assert wake_ups == [send_due_mail.name]
    post()
    assert len(wake_ups) == 2


def test_a_lost_wake_up_is_made_up_for(mailbox, wake_ups):
    post()
    post()
    sweep_mail()
    assert wake_ups == [send_due_mail.name] * 2


def test_a_server_that_is_away_is_tried_again_with_growing_delays(mailbox, settings):
    post()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    delays = []
    for _ in range(3):
        QueuedMail.objects.update(due_at=timezone.now())
        send_due_mail()
        mail = QueuedMail.objects.get()
        delays.append(round((mail.due_at - timezone.now()).total_seconds(), -1))
        assert "Connection refused" in mail.error
    assert delays == [30, 60, 120]
    settings.EMAIL_PORT = port
    send_due_mail()
    assert mailbox.mails == []  # Not due yet.
    QueuedMail.objects.update(due_at=timezone.now())
    send_due_mail()
    assert len(mailbox.mails) == 1


def test_a_server_that_accepts_and_says_nothing_is_left_in_time(settings):
    settings.EMAIL_BACKEND, settings.EMAIL_TIMEOUT = "common.mail.backend.QueueingBackend", 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        begin = time.monotonic()
        post()
        assert time.monotonic() - begin < 0.1
        send_due_mail()
    assert time.monotonic() - begin < 2
    assert "timed out" in QueuedMail.objects.get().error


def test_what_a_server_refuses_for_good_is_given_up_without_keeping_what_it_said(mailbox, caplog):
    post()
    mailbox.answer = "550 No such person"
    send_due_mail()
    mail = QueuedMail.objects.get()
    assert (mail.due_at, mail.content) == (None, "")
    assert "No such person" in mail.error
    assert "is given up" in caplog.text
    assert "Grüße" not in caplog.text
    QueuedMail.objects.update(created_at=timezone.now() - timedelta(days=31))
    sweep_mail()
    assert not QueuedMail.objects.exists()


def test_what_a_server_refuses_for_now_is_tried_again_and_given_up_in_the_end(mailbox):
    post()
    mailbox.answer = "450 Later"
    for attempt in range(1, queue.MAX_ATTEMPTS + 1):
        QueuedMail.objects.update(due_at=timezone.now())
        send_due_mail()
        assert QueuedMail.objects.get().attempts == attempt
    assert QueuedMail.objects.get().due_at is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer")
def test_workers_at_the_same_time_send_each_mail_once(mailbox):
    for number in range(20):
        post(str(number))

    def work() -> None:
        try:
            send_due_mail()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(mail["Subject"]) for mail in mailbox.mails) == list(range(20))


def test_a_worker_that_was_killed_leaves_its_mail_to_another_after_a_while(mailbox, monkeypatch):
    post()
    with monkeypatch.context() as patch:
        patch.setattr(queue, "_send", lambda mail: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            send_due_mail()
    send_due_mail()
    assert mailbox.mails == []
    QueuedMail.objects.update(due_at=timezone.now())
    send_due_mail()
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(("sends", "found"), [(True, []), (False, ["mail.W001"])])
def test_the_check_for_production_speaks_of_a_missing_mail_server(settings, sends, found):
    settings.SENDS_MAIL = sends
    messages = run_checks(include_deployment_checks=True)
    assert [message.id for message in messages if message.id.startswith("mail")] == found


def test_staff_see_why_a_mail_was_not_sent_and_never_what_it_says(mailbox, admin_client):
    mail = post("A new password")
    QueuedMail.objects.update(error="The mailbox is full.")
    for page in ("/admin/mail/queuedmail/", f"/admin/mail/queuedmail/{mail.pk}/change/"):
        text = admin_client.get(page).content.decode()
        for shown in ("A new password", "anna@b.example", "The mailbox is full."):
            assert shown in text
        assert "from the archive" not in text
