"""People sign up; the account opens once its e-mail address is verified. Nobody learns who has an account."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.addresses import verified_addresses
from accounts.models import LimitedRequest, Profile
from accounts.sign_up import forget_unverified_sign_ups
from tests.accounts.conftest import PASSWORD, VALUES, link_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sends_mail")]

URL = "/accounts/signup/"


def sign_up(client=None, address: str = "192.0.2.1", **values: str):
    return (client or Client()).post(URL, VALUES | values, REMOTE_ADDR=address)


def log_in(name: str, password: str = PASSWORD) -> int:
    return Client().post("/accounts/login/", {"username": name, "password": password}).status_code


def test_a_person_signs_up_verifies_and_is_logged_in(client, mailoutbox):
    answer = sign_up(client)
    assert answer.headers["Location"] == "/accounts/confirm-email/"
    [mail] = mailoutbox
    assert mail.to == ["asa@observatory.example"]
    assert log_in("asa@observatory.example") == 200, "not before the address is verified"
    page = client.get(link_in(mail))
    assert "gets the access that is granted to asa@observatory.example" in page.content.decode()
    assert not User.objects.get().is_active, "opening the link does nothing"
    assert "This is not the password" in client.post(link_in(mail), {"password": "wrong"}).content.decode()
    assert client.post(link_in(mail), {"password": PASSWORD}).headers["Location"] == "/accounts/profile/"
    user = User.objects.get()
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.get_full_name(), user.profile.affiliation) == ("Åsa Åkesson", "Institute of <b>Physics</b>")
    assert verified_addresses(user) == ["asa@observatory.example"]
    assert [log_in(name) for name in ("ASA@observatory.example", user.username)] == [302, 302]
    assert "Institute of &lt;b&gt;Physics" in client.get("/accounts/profile/").content.decode()


def test_a_link_works_once(client, mailoutbox):
    sign_up()
    link = link_in(mailoutbox[0])
    client.post(link, {"password": PASSWORD})
    again = client.get(link)
    assert (again.status_code, "This link no longer works" in again.content.decode()) == (410, True)
    assert Client().post(link, {"password": PASSWORD}).status_code == 410


@pytest.mark.parametrize("key", ["x", "a:b:c", "é", "x" * 5000, "WzEsICJhIl0:1:x"])
def test_what_is_no_link_is_refused(client, key):
    assert client.get(f"/accounts/confirm-email/{key}/").status_code == 410


def test_a_link_is_valid_for_three_days(client, mailoutbox, monkeypatch):
    sign_up()
    monkeypatch.setattr("accounts.verification.LINKS_LAST", timedelta(0))
    assert client.get(link_in(mailoutbox[0])).status_code == 410


def test_a_link_does_nothing_for_another_account(anna, client, mailoutbox):
    sign_up()
    client.force_login(anna)
    for answer in (client.get(link_in(mailoutbox[0])), client.post(link_in(mailoutbox[0]), {"password": PASSWORD})):
        assert answer.status_code == 403
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_who_signs_up_with_the_address_of_somebody_else_gets_in_by_their_own_password_only(client, mailoutbox):
    """A stranger signs up first; the owner follows the link of the stranger's mail, and does not know the password."""
    sign_up(password1="of a stranger 5", password2="of a stranger 5")
    sign_up()
    strangers, owners = map(link_in, mailoutbox)
    assert client.post(strangers, {"password": PASSWORD}).status_code == 200
    assert client.post(owners, {"password": PASSWORD}).status_code == 302
    assert User.objects.count() == 1, "the other sign-up can no longer be completed"
    assert Client().post(strangers, {"password": "of a stranger 5"}).status_code == 410
    assert log_in("asa@observatory.example", "of a stranger 5") == 200


@pytest.mark.parametrize("email", ["anna@observatory.example", "ANNA@Observatory.Example"])
def test_an_address_that_has_an_account_is_answered_as_any_other(anna, mailoutbox, email):
    new, known = sign_up(), sign_up(email=email)
    assert (new.status_code, new.headers["Location"]) == (known.status_code, known.headers["Location"])
    assert set(new.cookies) == set(known.cookies)
    assert "It has an account already" in mailoutbox[1].body
    assert "https://archive.example.org/accounts/password/reset/" in mailoutbox[1].body
    assert User.objects.count() == 2
    # Logging in with the password of the sign-up tells nothing either.
    answers = [
        Client().post("/accounts/login/", {"username": name, "password": "of the sign-up"}).content.decode()
        for name in ("asa@observatory.example", email)
    ]
    alike = [re.sub(r'value="[^"]*"', "", answer) for answer in answers]
    assert alike[0] == alike[1]


def test_a_password_is_hashed_whether_or_not_there_is_an_account(anna, monkeypatch):
    """It takes most of the time of an answer."""
    hashed = []
    monkeypatch.setattr("accounts.sign_up.make_password", lambda password: hashed.append(password) or "!")
    sign_up()
    sign_up(email=anna.email)
    assert len(hashed) == 2


def test_the_same_rows_are_written_whether_or_not_there_is_an_account(anna):
    written = []
    for email in ("asa@observatory.example", anna.email):
        with CaptureQueriesContext(connection) as captured:
            sign_up(email=email)
        statements = [query["sql"] for query in captured]
        written.append([sql.partition("(")[0] for sql in statements if sql.startswith("INSERT")])
    assert written[0] == written[1]
    assert len(written[0]) >= 3
    assert User.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"email": "no address"}, "Enter a valid email address"),
        ({"email": "a@b.example\0"}, "Null characters are not allowed"),
        ({"email": "x" * 300 + "@b.example"}, "Enter a valid email address|at most 254 characters"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "Enter a valid email address"),
        ({"name": "\u202egnimmoc si krad"}, "invisible characters and marks of direction"),
        ({"name": "Anna\u200b"}, "invisible characters and marks of direction"),
        ({"purpose": "x\0y"}, "invisible characters|Null characters"),
        ({"affiliation": "x" * 101}, "at most 100 characters"),
        ({"name": ""}, "This field is required"),
        ({"password1": "12345678", "password2": "12345678"}, "too common|entirely numeric"),
        ({"password2": "another 77"}, "must type the same password"),
        ({"password1": "é" * 2000, "password2": "é" * 2000}, "at most 1000 characters"),
    ],
)
def test_hostile_values_are_refused_beside_their_field(values, reason, mailoutbox):
    answer = sign_up(**values)
    assert (answer.status_code, bool(re.search(reason, answer.content.decode()))) == (200, True)
    assert not mailoutbox
    assert not User.objects.exists()


def test_names_that_look_alike_are_other_accounts_with_latin_usernames(mailoutbox):
    names = ["Anna", "Аnna", "Ａnna", "安娜", "<script>"]  # Latin, Cyrillic, full width, Chinese, and markup.
    for number, name in enumerate(names):
        sign_up(name=name, email=f"a{number}@b.example", address=f"192.0.2.{number}")
    usernames = list(User.objects.order_by("pk").values_list("username", flat=True))
    assert len(set(usernames)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_.+-]+", username) for username in usernames), usernames


def test_no_text_of_a_stranger_comes_into_a_mail(mailoutbox):
    sign_up(name="Win at evil.example", affiliation="http://evil.example", purpose="http://evil.example")
    assert "evil" not in mailoutbox[0].body + mailoutbox[0].subject


def test_an_address_that_looks_like_anothers_is_not_that_one(anna, client, mailoutbox):
    sign_up(email="anna@оbservatory.example")  # A Cyrillic о.
    [mail] = mailoutbox
    assert mail.to != [anna.email]
    assert "already" not in mail.body


def test_sign_ups_and_other_mails_are_limited_by_address_and_network(client, mailoutbox):
    codes = [sign_up(email="ASA@observatory.example", address=f"192.0.2.{number}").status_code for number in range(4)]
    assert codes == [302, 302, 302, 429]
    codes = [sign_up(email=f"{n}@b.example", address=f"2001:db8::{n:x}").status_code for n in range(12)]
    assert codes == [302] * 10 + [429] * 2
    LimitedRequest.objects.update(asked_at=timezone.now() - timedelta(hours=2))
    answer = sign_up(address="2001:db8::ffff")
    assert answer.status_code == 302


def test_a_thousand_requests_make_no_more_than_the_limit(mailoutbox):
    form = VALUES | {"password1": "", "password2": ""}
    for _ in range(30):
        Client().post(URL, form)
    assert LimitedRequest.objects.count() == 0, "what is not valid sends nothing"
    for _ in range(40):
        sign_up()
    assert (len(mailoutbox), User.objects.count()) == (3, 3)
    assert LimitedRequest.objects.count() <= 13, "what is refused is not stored"


def test_sign_ups_that_are_never_verified_are_deleted(anna, mailoutbox):
    sign_up()
    assert forget_unverified_sign_ups() == 0
    User.objects.update(date_joined=timezone.now() - timedelta(days=4))
    assert forget_unverified_sign_ups() == 1
    assert list(User.objects.all()) == [anna]


def test_an_account_that_staff_closed_is_not_opened_by_a_link(client, mailoutbox):
    sign_up()
    client.post(link_in(mailoutbox[0]), {"password": PASSWORD})
    sign_up()
    User.objects.update(is_active=False)
    Profile.objects.update(email_verified_at=None)
    EmailAddress.objects.update(verified=False)
    assert Client().get(link_in(mailoutbox[0])).status_code == 410


@pytest.mark.parametrize(("name", "value"), [("SIGN_UP_IS_OPEN", False), ("SENDS_MAIL", False)])
def test_sign_up_can_be_closed(client, settings, mailoutbox, name, value):
    setattr(settings, name, value)
    for answer in (client.get(URL), sign_up()):
        assert (answer.status_code, "Sign-up is closed" in answer.content.decode()) == (404, True)
    assert "Sign up" not in client.get("/accounts/login/").content.decode()
    assert not User.objects.exists()


def test_who_is_logged_in_does_not_sign_up(anna, client):
    client.force_login(anna)
    assert client.get(URL).headers["Location"] == "/accounts/profile/"
