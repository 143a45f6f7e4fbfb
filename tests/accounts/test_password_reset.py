"""People log in, log out, and set a password by e-mail."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ResetRequest
from accounts.tasks import answer_reset_requests, sweep_reset_requests


@pytest.fixture(autouse=True)
def sends_mail(settings) -> None:
    settings.SENDS_MAIL = True


@pytest.fixture(autouse=True)
def wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the wake-ups instead of sending them to a broker."""
    sent: list[str] = []
    for module in ("accounts.password_reset", "accounts.tasks"):
        monkeypatch.setattr(f"{module}.send_wake_up", lambda task: sent.append(task.name))
    return sent


@pytest.fixture
def anna(db):
    return User.objects.create_user("anna", email="anna@observatory.example", password="the old one")


def log_in(client, password, following="/accounts/login/"):
    return client.post(following, {"username": "anna", "password": password})


def test_a_person_logs_in_and_out(anna, client, visit):
    assert visit("/").one("a", href="/accounts/login/?next=/")
    response = log_in(client, "the old one")
    assert response.headers["Location"] == "/"
    header = visit("/").one("header", class_="site-header")
    assert "anna" in header.text
    assert "Admin" not in header.text
    assert client.post(header.one("form").attributes["action"]).headers["Location"] == "/"
    assert "anna" not in visit("/").one("header", class_="site-header").text


def test_a_person_comes_back_to_where_they_were(anna, client):
    page = "/accounts/login/?next=/cubes/a%2520b/"
    form = client.get(page).content.decode()
    assert '<input type="hidden" name="next" value="/cubes/a%20b/">' in form
    response = client.post(page, {"username": "anna", "password": "the old one", "next": "/cubes/a%20b/"})
    assert response.headers["Location"] == "/cubes/a%20b/"


@pytest.mark.parametrize("place", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(anna, client, place):
    response = client.post("/accounts/login/", {"username": "anna", "password": "the old one", "next": place})
    assert response.headers["Location"] == "/"


def test_a_wrong_password_is_refused_beside_the_form(anna, client, visit):
    response = log_in(client, "wrong")
    assert response.status_code == 200
    assert "Please enter a correct username or e-mail address and password." in response.content.decode()
    assert "anna" not in visit("/").one("header", class_="site-header").text


def test_a_link_alone_logs_nobody_out(anna, client):
    client.force_login(anna)
    assert client.get("/accounts/logout/").status_code == 405
    assert "_auth_user_id" in client.session


def test_a_password_is_set_by_mail(anna, client, visit, mailoutbox, settings):
    settings.ARCHIVE_BASE_URL = "https://archive.example.org"
    form = visit("/accounts/password/reset/").one("main").one("form")
    assert form.one("input", name="email").attributes["type"] == "email"
    response = client.post("/accounts/password/reset/", {"email": "Anna@observatory.example"}, follow=True)
    assert "Look into your mail" in response.content.decode()
    assert mailoutbox == []
    answer_reset_requests()
    (mail,) = mailoutbox
    assert mail.to == ["anna@observatory.example"]
    assert "anna" in mail.body
    (link,) = re.findall(r"https://archive\.example\.org(/accounts/password/reset/\S+)", mail.body)
    page = client.get(link, follow=True)
    assert "New password" in page.content.decode()
    password = {"new_password1": "a better one 7", "new_password2": "a better one 7"}
    assert client.post(page.redirect_chain[-1][0], password).headers["Location"] == "/accounts/password/reset/complete/"
    assert log_in(client, "the old one").status_code == 200
    assert log_in(client, "a better one 7").status_code == 302
    client.logout()
    assert visit(link).one("h1").text == "This link no longer works"


def test_nobody_learns_whether_an_address_has_an_account(anna, client, mailoutbox):
    known = client.post("/accounts/password/reset/", {"email": "anna@observatory.example"})
    unknown = client.post("/accounts/password/reset/", {"email": "other@observatory.example"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    answer_reset_requests()
    assert len(mailoutbox) == 1


def test_the_same_is_done_whether_or_not_there_is_an_account(anna, client):
    statements = []
    for email in ("anna@observatory.example", "other@observatory.example"):
        with CaptureQueriesContext(connection) as captured:
            client.post("/accounts/password/reset/", {"email": email})
        statements.append([query["sql"].partition(" ")[0] for query in captured])
    assert statements[0] == statements[1]


def test_a_request_is_answered_once_and_a_lost_wake_up_made_up_for(
    anna, client, mailoutbox, wake_ups, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/password/reset/", {"email": anna.email})
    sweep_reset_requests()
    assert wake_ups == [answer_reset_requests.name] * 2
    answer_reset_requests()
    answer_reset_requests()
    sweep_reset_requests()
    assert len(wake_ups) == 2
    assert len(mailoutbox) == 1


def test_a_worker_leaves_what_takes_longer_than_its_time_to_the_next_one(anna, client, mailoutbox, monkeypatch):
    monkeypatch.setattr("accounts.tasks.GO_ON_SECONDS", 0)
    for _ in range(2):
        client.post("/accounts/password/reset/", {"email": anna.email})
    answer_reset_requests()
    assert len(mailoutbox) == 1
    answer_reset_requests()
    assert len(mailoutbox) == 2


def ask(client, email: str, address: str = "192.0.2.1") -> int:
    return client.post("/accounts/password/reset/", {"email": email}, REMOTE_ADDR=address).status_code


def test_it_is_limited_by_account_whether_or_not_there_is_one(anna, client):
    for email in (anna.email, "other@observatory.example"):
        codes = [ask(client, email.swapcase(), f"192.0.2.{number}") for number in range(4)]
        assert codes == [302, 302, 302, 429]


def test_it_is_limited_by_network(anna, client):
    codes = [ask(client, f"{number}@observatory.example", f"2001:db8::{number:x}") for number in range(11)]
    assert codes == [302] * 10 + [429]
    assert ask(client, "11@observatory.example", "2001:db8:0:1::1") == 302
    answer = client.post("/accounts/password/reset/", {"email": "x@y.example"}, REMOTE_ADDR="2001:db8::ffff")
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")


def test_requests_are_forgotten_after_a_day(anna, client):
    assert [ask(client, anna.email) for _ in range(4)][-1] == 429
    for hours, code in ((2, 302), (25, 302)):
        ResetRequest.objects.update(asked_at=timezone.now() - timedelta(hours=hours))
        assert ask(client, anna.email) == code
    sweep_reset_requests()
    assert ResetRequest.objects.count() == 1


def test_where_no_mail_is_sent_the_page_says_so(anna, client, settings, mailoutbox):
    settings.SENDS_MAIL, settings.ARCHIVE_CONTACT_EMAIL = False, "staff@observatory.example"
    for answer in (
        client.get("/accounts/password/reset/"),
        client.post("/accounts/password/reset/", {"email": anna.email}),
    ):
        assert answer.status_code == 404
        assert "This archive sends no mail" in answer.content.decode()
        assert "staff@observatory.example" in answer.content.decode()
    assert not ResetRequest.objects.exists()


def test_the_host_of_a_request_does_not_come_into_the_mail(anna, client, mailoutbox, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post("/accounts/password/reset/", {"email": anna.email}, headers={"Host": "elsewhere.example"})
    answer_reset_requests()
    assert "elsewhere" not in mailoutbox[0].body


def test_a_weak_password_is_refused_with_the_reason(anna, client, mailoutbox):
    client.post("/accounts/password/reset/", {"email": anna.email})
    answer_reset_requests()
    (link,) = re.findall(r"/accounts/password/reset/\S+", mailoutbox[0].body)
    page = client.get(link, follow=True).redirect_chain[-1][0]
    response = client.post(page, {"new_password1": "1234", "new_password2": "1234"})
    assert "This password is too short." in response.content.decode()
    assert log_in(client, "the old one").status_code == 302


def test_staff_are_shown_the_way_to_the_admin(anna, client, visit):
    User.objects.filter(pk=anna.pk).update(is_staff=True)
    client.force_login(anna)
    assert visit("/").one("a", href="/admin/")


def test_a_form_without_its_mark_is_refused_in_a_sentence(anna):
    from django.test import Client

    response = log_in(Client(enforce_csrf_checks=True), "the old one")
    assert response.status_code == 403
    assert "The form was not accepted" in response.content.decode()
