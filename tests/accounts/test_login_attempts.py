"""A password cannot be tried without end, on the site's form or on the admin's, over several processes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.login_limits import MOST_FROM_A_NETWORK

LIMIT = 10
FORMS = ["/accounts/login/", "/admin/login/"]
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def anna(db) -> User:
    return User.objects.create_user("anna", password="right", is_staff=True)


def try_password(password: str, form: str = FORMS[0], *, username: str = "anna", address: str = HERE, **headers: str):
    """Send the form as somebody new does."""
    data = {"username": username, "password": password, "next": "/"}
    return Client().post(form, data, REMOTE_ADDR=address, headers=headers)


def fail(times: int, form: str = FORMS[0], **who: str) -> list[int]:
    return [try_password("wrong", form, **who).status_code for _ in range(times)]


@pytest.mark.parametrize("form", FORMS)
def test_after_too_many_wrong_passwords_the_right_one_is_not_taken_either(anna, form):
    assert fail(LIMIT, form) == [200] * (LIMIT - 1) + [429]
    refused = try_password("right", form)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "900"
    assert "You can try again in 15 minutes." in refused.content.decode()
    assert "sessionid" not in refused.cookies


def test_attempts_on_both_forms_count_together(anna):
    for number in range(LIMIT):
        fail(1, FORMS[number % 2])
    assert [try_password("right", form).status_code for form in FORMS] == [429, 429]


def test_fewer_wrong_ones_are_forgiven_by_the_right_one(anna):
    fail(LIMIT - 1)
    assert try_password("right").status_code == 302
    assert fail(LIMIT - 1) == [200] * (LIMIT - 1)


def test_another_browser_is_no_way_round(anna):
    for number in range(LIMIT):
        fail(1, **{"User-Agent": f"browser {number}"})
    assert try_password("right", **{"User-Agent": "another"}).status_code == 429


def test_nobody_can_lock_out_somebody_who_is_elsewhere(anna):
    fail(LIMIT + 5)
    assert try_password("right", address=ELSEWHERE).status_code == 302


def test_who_is_logged_in_stays_so(anna, client):
    client.force_login(anna)
    fail(LIMIT + 5, address="127.0.0.1")
    assert "anna" in client.get("/").content.decode()


def test_after_a_while_it_can_be_tried_again(anna):
    fail(LIMIT + 5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    assert try_password("right").status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert try_password("right").status_code == 302
    fail(1)
    assert AccessAttempt.objects.get().failures_since_start == 1


def test_trying_while_one_has_to_wait_does_not_make_it_longer(anna):
    fail(LIMIT)
    before = AccessAttempt.objects.get().attempt_time
    fail(5)
    assert AccessAttempt.objects.get().attempt_time == before


def test_the_administrator_can_end_it(anna, capsys):
    fail(LIMIT)
    call_command("axes_reset_username", "anna")
    assert try_password("right").status_code == 302


def test_no_password_is_kept(anna, caplog):
    fail(LIMIT, username="my secret")
    attempt = AccessAttempt.objects.get()
    assert "wrong" not in attempt.get_data + attempt.post_data + caplog.text
    assert "my secret" not in attempt.post_data + caplog.text


def test_behind_a_web_server_its_header_tells_who_it_is(anna, settings):
    settings.CLIENT_ADDRESS_HEADER = "X-Real-IP"
    fail(LIMIT, **{"X-Real-IP": ELSEWHERE})
    assert try_password("right", **{"X-Real-IP": ELSEWHERE}).status_code == 429
    assert try_password("right", **{"X-Real-IP": "2001:db8::1"}).status_code == 302


def test_without_the_setting_such_a_header_is_no_way_round(anna):
    for number in range(LIMIT):
        fail(1, **{"X-Real-IP": f"198.51.100.{number}", "X-Forwarded-For": f"198.51.100.{number}"})
    assert try_password("right").status_code == 429


@pytest.mark.parametrize("address", ["", "unknown", "1.2.3.4, 5.6.7.8"])
def test_where_the_address_is_not_known_the_account_is_counted(anna, settings, address):
    settings.CLIENT_ADDRESS_HEADER = "X-Real-IP"
    assert fail(LIMIT, **{"X-Real-IP": address})[-1] == 429


def test_odd_requests_are_answered(anna):
    answer = Client().post("/accounts/login/?x=%00", {"username": "a\0b", "password": "\0", "y\0": "\0"})
    assert answer.status_code == 200
    assert try_password("wrong", username="é" * 150, **{"User-Agent": "x" * 5000}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_time_all_count(transactional_db):
    User.objects.create_user("anna", password="right")

    def attempt(_: int) -> int:
        try:
            return try_password("wrong").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        codes = list(threads.map(attempt, range(2 * LIMIT)))
    assert set(codes) == {200, 429}
    assert codes.count(200) <= LIMIT + 3, "at most those that were under way together"
    assert try_password("right").status_code == 429


def test_addresses_of_one_network_of_ipv6_count_together(anna):
    for number in range(LIMIT):
        fail(1, address=f"2001:db8::{number:x}")
    assert try_password("right", address="2001:db8::ffff:ffff").status_code == 429
    assert try_password("right", address="2001:db8:0:1::1").status_code == 302


def test_an_ipv4_address_written_as_one_of_ipv6_is_the_same(anna):
    fail(LIMIT, address=HERE)
    assert try_password("right", address=f"::ffff:{HERE}").status_code == 429


def test_one_network_cannot_try_any_number_of_accounts(anna):
    for number in range(MOST_FROM_A_NETWORK):
        assert try_password("wrong", username=f"somebody{number}").status_code == 200
    assert try_password("right").status_code == 429
    assert try_password("right", FORMS[1]).status_code == 429
    assert try_password("right", address=ELSEWHERE).status_code == 302
    before = set(AccessAttempt.objects.values_list("username", "attempt_time"))
    fail(5, username="another")
    assert set(AccessAttempt.objects.values_list("username", "attempt_time")) == before
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert try_password("right").status_code == 302
