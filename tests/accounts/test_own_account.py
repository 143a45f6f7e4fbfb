"""A person sees what they may see, changes profile and password, and makes and revokes tokens."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from rest_framework.test import APIClient

from accounts.addresses import mark_verified
from accounts.models import APIToken
from accounts.tokens import make_token
from datacubes.models import EmailGrant, GroupGrant
from tests.accounts.conftest import PASSWORD
from tests.support.archived_cubes import RESTRICTED, copy_of

pytestmark = pytest.mark.django_db

TOKENS = "/accounts/tokens/"


@pytest.fixture
def at_home(anna, client) -> Client:
    client.force_login(anna)
    return client


def status(key: str) -> int:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client.get("/api/v1/data-cubes/").status_code


def test_a_person_sees_their_groups_and_the_restricted_cubes_granted_to_them(anna, at_home, archive_cube, visit):
    mark_verified(anna)
    group = Group.objects.create(name="Observers <of 2019>")
    anna.groups.add(group)
    by_email = archive_cube(RESTRICTED, owner_email_addresses=["ANNA@observatory.example"])
    by_group, by_both, public, others = (copy_of(by_email, oid) for oid in ("by group", "by both", "public", "others"))
    for cube in (by_group, by_both, public):
        GroupGrant.objects.create(cube=cube, group=group)
    EmailGrant.objects.create(cube=by_both, email=anna.email)
    EmailGrant.objects.create(cube=others, email="bert@observatory.example")
    public.access.release_date = "2020-01-01"
    public.access.save()
    page = visit("/accounts/profile/").one("main")
    shown = [link.text for link in page.all("a", class_="oid")]
    assert shown == ["by both", "by group", by_email.oid]
    assert "Observers <of 2019>" in page.text
    Permission.objects.get(codename="download_restricted").user_set.add(anna)
    assert "You may download every file." in visit("/accounts/profile/").one("main").text


def test_many_grants_come_in_pages(anna, at_home, archive_cube, visit, django_assert_max_num_queries):
    mark_verified(anna)
    cube = archive_cube(RESTRICTED)
    cubes = [copy_of(cube, f"cube {number}") for number in range(60)]
    EmailGrant.objects.bulk_create(EmailGrant(cube=each, email=anna.email) for each in cubes)
    url, seen = "/accounts/profile/", []
    while url:
        with django_assert_max_num_queries(20):
            page = visit(url).one("main")
        seen += [link.text for link in page.all("a", class_="oid")]
        more = [link for link in page.all("a") if link.text == "More"]
        url = f"/accounts/profile/{more[0].attributes['href']}" if more else ""
    assert seen == [each.oid for each in reversed(cubes)]


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "0", "%00", "١"])
def test_an_odd_page_is_answered(at_home, before):
    assert at_home.get(f"/accounts/profile/?before={before}").status_code == 200


def test_a_profile_is_changed(anna, at_home):
    form = {"name": "  Anna\u00a0 von <b>Otter</b>", "affiliation": "Kiruna", "purpose": ""}
    assert at_home.post("/accounts/profile/change/", form).status_code == 302
    page = at_home.get("/accounts/profile/").content.decode()
    assert "Anna von &lt;b&gt;Otter&lt;/b&gt;" in page
    assert "Your profile is saved." in page
    assert at_home.post("/accounts/profile/change/", form | {"name": "\u202e"}).status_code == 200


def test_a_password_is_changed_and_the_other_sessions_end(anna, at_home):
    elsewhere = Client()
    elsewhere.force_login(anna)
    form = {"old_password": PASSWORD, "new_password1": "a better one 78", "new_password2": "a better one 78"}
    assert at_home.post("/accounts/password/change/", form).headers["Location"] == "/accounts/profile/"
    assert at_home.get("/accounts/profile/").status_code == 200
    assert elsewhere.get("/accounts/profile/").status_code == 302
    assert Client().post("/accounts/login/", {"username": "anna", "password": "a better one 78"}).status_code == 302


def test_the_old_password_cannot_be_tried_without_end(at_home):
    form = {"old_password": "wrong", "new_password1": "a better one 78", "new_password2": "a better one 78"}
    for _ in range(10):
        assert "entered incorrectly" in at_home.post("/accounts/password/change/", form).content.decode()
    right = at_home.post("/accounts/password/change/", form | {"old_password": PASSWORD})
    assert "too many attempts" in right.content.decode()


def test_a_token_is_made_named_shown_once_and_revoked(anna, at_home, visit):
    page = at_home.post(TOKENS, {"name": "notebook <1>"})
    assert "no-store" in page["Cache-Control"]
    key = page.content.decode().partition('<code class="key">')[2].partition("<")[0]
    assert status(key) == 200
    again = at_home.get(TOKENS).content.decode()
    assert key not in again
    assert "notebook &lt;1&gt;" in again
    at_home.post(f"{TOKENS}{APIToken.objects.get().pk}/revoke/")
    assert status(key) == 401
    at_home.post(f"{TOKENS}1/revoke/")
    at_home.post(f"{TOKENS}{'9' * 40}/revoke/")


def test_nobody_revokes_or_sees_the_tokens_of_others(at_home):
    key = make_token(User.objects.create_user("bert"), "of bert")
    at_home.post(f"{TOKENS}{APIToken.objects.get().pk}/revoke/")
    assert status(key) == 200
    assert "of bert" not in at_home.get(TOKENS).content.decode()


@pytest.mark.parametrize("name", ["", "\0", "x" * 101, "a\u202eb"])
def test_a_name_that_cannot_be_one_makes_no_token(at_home, name):
    assert at_home.post(TOKENS, {"name": name}).status_code == 200
    assert not APIToken.objects.exists()


def test_waiting_for_the_result_is_offered_to_accounts_that_may_post(anna, at_home):
    at_home.post(TOKENS, {"name": "a", "waits_for_result": "on"})
    assert not APIToken.objects.get().waits_for_result
    Permission.objects.get(codename="add_workorder").user_set.add(anna)
    at_home.post(TOKENS, {"name": "b", "waits_for_result": "on"})
    assert APIToken.objects.get(name="b").waits_for_result


def test_tokens_are_limited(anna, at_home, monkeypatch):
    codes = [at_home.post(TOKENS, {"name": str(number)}).status_code for number in range(22)]
    assert codes == [200] * 20 + [429] * 2
    monkeypatch.setattr("accounts.pages.tokens.MOST_OF_A_PERSON", 20)
    assert "You have 20 tokens. Revoke one first." in at_home.post(TOKENS, {"name": "more"}).content.decode()
