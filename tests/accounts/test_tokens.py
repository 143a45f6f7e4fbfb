"""Tokens of the API: many for each person, stored as digests, taken over from before."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import APIToken
from accounts.tokens import make_token, take_over_token

OLD_KEY = "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"
CUBES = "/api/v1/data-cubes/"


def with_token(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


def status(key: str) -> int:
    return with_token(key).get(CUBES).status_code


def test_a_person_has_several_tokens_and_each_works_until_it_is_revoked(person):
    first, second = make_token(person, "notebook"), make_token(person, "script")
    assert first != second
    assert [status(first), status(second)] == [200, 200]
    APIToken.objects.get(name="notebook").delete()
    assert [status(first), status(second)] == [401, 200]


def test_the_database_holds_nothing_to_log_in_with(person):
    key = make_token(person, "notebook")
    row = str(APIToken.objects.values().get())
    assert key not in row
    assert status(APIToken.objects.get().digest) == 401


def test_a_token_that_exists_is_taken_over_once(person):
    token = take_over_token(person, OLD_KEY, "of before")
    assert status(OLD_KEY) == 200
    assert take_over_token(person, OLD_KEY, "another name") == token
    assert APIToken.objects.get().name == "of before"
    with pytest.raises(ValueError, match="belongs to another account"):
        take_over_token(User.objects.create_user("bert"), OLD_KEY, "of before")


def test_the_last_use_is_written_once_an_hour(person):
    key = make_token(person, "notebook")
    assert APIToken.objects.get().last_used_at is None
    status(key)
    first = APIToken.objects.get().last_used_at
    assert first
    with CaptureQueriesContext(connection) as captured:
        status(key)
    assert not [query for query in captured if query["sql"].startswith("UPDATE")]
    APIToken.objects.update(last_used_at=timezone.now() - timedelta(minutes=61))
    status(key)
    assert APIToken.objects.get().last_used_at >= first


@pytest.mark.parametrize("key", ["", "x", "\0", "é", "0" * 4000, "%00", "' OR 1=1 --", "a b"])
def test_what_is_no_token_is_refused(person, key):
    make_token(person, "notebook")
    assert status(key) == 401


def test_the_token_of_an_inactive_account_is_refused(person):
    key = make_token(person, "notebook")
    User.objects.update(is_active=False)
    answer = with_token(key).get(CUBES)
    assert (answer.status_code, answer.json()["detail"]) == (401, "User inactive or deleted.")


def test_tokens_go_with_their_account(person):
    key = make_token(person, "notebook")
    person.delete()
    assert status(key) == 401


def test_staff_see_tokens_by_name_and_revoke_them_but_make_none(person, client):
    make_token(person, "notebook")
    token = APIToken.objects.get()
    client.force_login(User.objects.create_superuser("root"))
    pages = [
        client.get(url).content.decode()
        for url in ("/admin/", "/admin/accounts/apitoken/", f"/admin/accounts/apitoken/{token.pk}/change/")
    ]
    assert "Auth Token" not in pages[0]
    assert "API tokens" in pages[0]
    assert "notebook" in pages[1]
    assert not any(token.digest in page for page in pages)
    assert client.get("/admin/accounts/apitoken/add/").status_code == 403
    client.post(f"/admin/accounts/apitoken/{token.pk}/change/", {"waits_for_result": "on"})
    token.refresh_from_db()
    assert (token.waits_for_result, token.name) == (True, "notebook")
    client.post(f"/admin/accounts/apitoken/{token.pk}/delete/", {"post": "yes"})
    assert not APIToken.objects.exists()
