"""People log in with their name or their e-mail address, on the site and in the admin."""

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client

from accounts.addresses import mark_verified
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db

FORMS = ["/accounts/login/", "/admin/login/"]


def log_in(name: str, form: str = FORMS[0], password: str = PASSWORD) -> int:
    return Client().post(form, {"username": name, "password": password, "next": "/"}).status_code


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["anna", "anna@observatory.example", "Anna@Observatory.Example"])
def test_a_name_and_an_address_both_log_in(anna, form, name):
    User.objects.update(is_staff=True)
    assert log_in(name, form) == 302


def test_names_that_differ_in_case_stay_two_accounts(anna):
    User.objects.create_user("Anna", password="another one 5")
    assert [log_in("anna"), log_in("Anna"), log_in("Anna", password="another one 5")] == [302, 200, 302]


def test_the_name_of_one_account_counts_before_the_address_of_another(anna):
    User.objects.create_user(anna.email, password="another one 5")
    assert [log_in(anna.email), log_in(anna.email, password="another one 5")] == [200, 302]


def test_a_verified_address_counts_before_those_that_are_not(anna):
    bert = User.objects.create_user("bert", email=anna.email, password="another one 5")
    assert [log_in(anna.email), log_in(anna.email, password="another one 5")] == [302, 302]
    mark_verified(bert)
    assert [log_in(anna.email), log_in(anna.email, password="another one 5")] == [200, 302]


def test_the_ways_to_write_an_address_count_as_one(anna):
    ways = [
        "anna@observatory.example",
        "ANNA@observatory.example",
        "anna@Observatory.Example",
        "ａnna@observatory.example",
    ]
    for number in range(10):
        log_in(ways[number % 4], FORMS[number % 2], "wrong")
    assert AccessAttempt.objects.count() == 1
    assert [log_in(way) for way in ways] == [429] * 4


def test_an_address_that_looks_alike_is_another(anna):
    assert log_in("аnna@observatory.example") == 200  # A Cyrillic а.


def test_as_many_passwords_are_hashed_without_an_account(anna, monkeypatch):
    checked = []
    monkeypatch.setattr(User, "set_password", lambda self, password: checked.append(password))
    log_in("nobody@observatory.example")
    log_in("nobody")
    assert len(checked) == 2
