"""The people of sst_archive: accounts, passwords, addresses, groups and tokens."""

from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from rest_framework.test import APIClient

from accounts.addresses import mark_verified, verified_addresses
from accounts.models import APIToken, Profile
from accounts.reminders import remind
from accounts.tokens import find_token
from predecessor.models import ImportedPerson

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]

PASSWORD = "granulation 42"
HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


@pytest.fixture(autouse=True)
def passwords_of_production(settings) -> None:
    settings.PASSWORD_HASHERS = HASHERS


@pytest.fixture
def asa_here() -> User:
    """Somebody who has an account here, with a verified address and a password of their own."""
    user = User.objects.create_user("ohman", email="asa@astro.example", password="another 43")
    mark_verified(user)
    return user


def rows() -> list[object]:
    models = (User, EmailAddress, APIToken, ImportedPerson, User.groups.through)
    return [list(model.objects.order_by("pk").values()) for model in models]


def groups_of(user: User) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


def test_a_person_logs_in_with_the_password_and_the_address_of_the_predecessor(import_all):
    import_all()
    browser = Client()
    browser.post(
        "/accounts/login/", {"login": "asa@astro.example", "username": "asa@astro.example", "password": PASSWORD}
    )
    assert browser.get("/accounts/profile/").context["user"].username == "asa"


def test_an_account_has_what_the_predecessor_knew_of_the_person(import_all):
    import_all()
    asa = User.objects.get(username="asa")
    assert (asa.email, asa.first_name, asa.date_joined) == (
        "asa@astro.example",
        "Åsa Öhman",
        datetime(2019, 5, 2, 10, 30, tzinfo=UTC),
    )
    assert (asa.profile.affiliation, asa.profile.purpose, asa.profile.is_exempt) == (
        "Stockholm University",
        "Penumbral jets & <b>umbral flashes</b>",
        False,
    )
    assert asa.profile.email_verified_at == datetime(2021, 2, 20, 9, tzinfo=UTC)
    assert list(EmailAddress.objects.filter(user=asa).values_list("email", "verified", "primary")) == [
        ("asa@astro.example", True, True)
    ]
    assert groups_of(asa) == {"Swedish User", "Flare study 2019"}


def test_an_address_counts_as_long_as_it_did_there(import_all, settings):
    import_all()
    asa, boss = User.objects.get(username="asa"), User.objects.get(username="boss")
    assert verified_addresses(asa) == []  # Verified in 2021.
    assert verified_addresses(boss) == ["boss@sst.example"]  # Exempt there.
    settings.EMAIL_VERIFICATION_WEEKS = 52_00
    assert verified_addresses(asa) == ["asa@astro.example"]
    assert verified_addresses(User.objects.get(username="petra")) == []  # Never verified.


def test_nobody_gets_a_mail_because_of_the_import(import_all, settings, mailoutbox):
    settings.SENDS_MAIL = True
    import_all()
    assert remind() == 0
    assert mailoutbox == []


def test_tokens_stay_valid_and_wait_for_the_result(import_all):
    import_all()
    token = find_token("3" * 40)
    assert (token.user.username, token.name, token.waits_for_result) == ("pipeline", "sst_archive", True)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Token " + "3" * 40)
    assert client.get("/api/v1/work-orders/").status_code == 403
    token.user.groups.add(Group.objects.get(name="Pipeline"))
    assert client.get("/api/v1/work-orders/").status_code == 200


def test_nobody_has_rights_from_the_predecessor(import_all):
    printed = import_all()
    assert not User.objects.filter(is_superuser=True).exists()
    assert not User.objects.filter(is_staff=True).exists()
    assert not User.objects.filter(groups__permissions__isnull=False).exists()
    assert (
        "1 × staff and superusers there, who are neither here; put them into the group Archive staff (“boss@" in printed
    )


def test_names_that_look_like_others_are_replaced(import_all):
    printed = import_all()
    mallory = User.objects.get(email="mallory@evil.example")
    assert mallory.username.isascii()
    assert mallory.username != "asa"
    assert "1 × accounts with another name, because their name cannot be one here, or looks like another" in printed


def test_addresses_that_look_like_others_are_left_out(import_all):
    printed = import_all()
    mimic = User.objects.get(username="mimic")
    assert mimic.email == ""
    assert not EmailAddress.objects.filter(user=mimic).exists()
    assert "1 × e-mail addresses: the e-mail address has characters beyond ASCII" in printed


def test_hashes_that_are_weak_or_costly_are_left_out(import_all):
    printed = import_all()
    assert not User.objects.get(username="olof").has_usable_password()
    assert not User.objects.get(username="slow").has_usable_password()
    assert "2 × passwords: not PBKDF2 as Django writes it; the person asks for a new one (“olof@" in printed


def test_closed_accounts_stay_closed(import_all):
    assert "1 × closed accounts, which stay closed (“olof@astro.example”)" in import_all()
    assert not User.objects.get(username="olof").is_active


def test_an_account_here_keeps_its_password_and_gets_what_the_person_had(import_all, asa_here):
    import_all()
    asa_here.refresh_from_db()
    assert asa_here.check_password("another 43")
    assert asa_here.username == "ohman"
    assert not User.objects.filter(username="asa").exists()
    assert groups_of(asa_here) == {"Swedish User", "Flare study 2019"}
    assert find_token("2" * 40).user == asa_here


@pytest.mark.parametrize("rights", ["staff", "superuser", "permission", "group"])
def test_an_account_with_rights_gets_no_token(import_all, asa_here, rights):
    permission = Permission.objects.get(codename="view_workorder")
    if rights == "permission":
        asa_here.user_permissions.add(permission)
    elif rights == "group":
        asa_here.groups.add(Group.objects.get(name="Pipeline"))
    else:
        setattr(asa_here, f"is_{rights}", True)
        asa_here.save()
    printed = import_all()
    assert find_token("2" * 40) is None
    assert "1 × tokens: the account here has rights, which an old token does not get; make a new one" in printed


def test_an_address_that_is_verified_on_one_side_only_is_no_proof(import_all):
    """Somebody may have entered the address of another person."""
    User.objects.create_user("ohman", email="asa@astro.example")  # Not verified here.
    mark_verified(User.objects.create_user("nova", email="petra@new.example"))  # Not verified there.
    printed = import_all()
    assert "2 × people: an account here has the address, which is not verified both there and here" in printed
    assert find_token("2" * 40) is None
    assert groups_of(User.objects.get(username="ohman")) == set()
    assert not User.objects.filter(username__in=["asa", "petra"]).exists()


def test_a_closed_account_here_gets_nothing(import_all, asa_here):
    asa_here.is_active = False
    asa_here.save()
    assert "1 × people: their account is closed, there or here" in import_all()
    assert groups_of(asa_here) == set()


def test_an_account_here_that_has_the_name_is_another_person(import_all):
    here = User.objects.create_user("Pipeline", password="x")
    printed = import_all()
    assert find_token("3" * 40).user != here
    assert "1 × accounts with another name, because their name is taken here (“pipeline”)" in printed


def test_a_name_that_is_the_address_of_somebody_else_is_replaced(import_all, former):
    former.run("""UPDATE "auth_user" SET "username" = 'asa@astro.example' WHERE "id" = 5""")
    import_all()
    assert not User.objects.filter(username__contains="@").exists()


def test_a_sign_up_that_waits_for_its_verification_gives_way_to_a_verified_address(import_all):
    waiting = User.objects.create_user("waiting", email="asa@astro.example", is_active=False)
    Profile.objects.create(user=waiting, awaits_verification=True)
    import_all()
    assert not User.objects.filter(username="waiting").exists()
    assert User.objects.filter(username="asa").exists()


def test_a_second_import_changes_nothing(import_all):
    import_all()
    before = rows()
    assert "nothing new" in import_all()
    assert rows() == before


def test_what_was_changed_here_stays(import_all):
    import_all()
    asa = User.objects.get(username="asa")
    asa.set_password("changed 44")
    asa.email = "asa@elsewhere.example"
    asa.save()
    asa.groups.clear()
    asa.api_tokens.all().delete()
    User.objects.get(username="petra").delete()
    before = rows()
    import_all()
    assert rows() == before


def test_what_a_person_has_got_there_since_is_added(import_all, former):
    import_all()
    former.run("""INSERT INTO "auth_user_groups" ("id", "user_id", "group_id") VALUES (50, 4, 1);
        UPDATE "account_emailaddress" SET "verified" = TRUE WHERE "user_id" = 4""")
    printed = import_all()
    petra = User.objects.get(username="petra")
    assert groups_of(petra) == {"Swedish User"}
    assert EmailAddress.objects.get(user=petra).verified
    assert "1 verified e-mail addresses" in printed
    assert "1 memberships of groups" in printed


def test_an_account_that_was_deleted_here_is_not_made_again(import_all, former):
    import_all()
    User.objects.get(username="petra").delete()
    former.run("""INSERT INTO "auth_user_groups" ("id", "user_id", "group_id") VALUES (50, 4, 1)""")
    assert "1 × people: their account was deleted here; it is not made again" in import_all()
    assert not User.objects.filter(username="petra").exists()


def test_two_accounts_there_with_one_address_become_one_here(import_all, former):
    former.run("""UPDATE "account_emailaddress" SET "email" = 'ASA@astro.example' WHERE "user_id" = 5""")
    import_all()
    assert User.objects.filter(email="asa@astro.example").count() == 1


def test_the_report_shows_no_secrets(import_all):
    printed = import_all("--everything")
    assert "pbkdf2" not in printed
    assert "2" * 40 not in printed
    assert "not a token" not in printed


HOSTILE = ["' OR 1=1 --", "<script>alert(1)</script>", "a\u202eb", "\u0007", "x" * 150, "@", "..", "admin\u00a0", "ﬁ"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_taken_as_texts_or_left_out(import_all, former, text):
    quoted = text.replace("'", "''")
    former.run(f"""UPDATE "auth_user" SET "username" = '{quoted}', "first_name" = '{quoted}' WHERE "id" = 2;
        UPDATE "core_userprofile" SET "affiliation" = '{quoted[:100]}', "purpose" = '{quoted}' WHERE "user_id" = 2;
        UPDATE "auth_group" SET "name" = '{quoted}' WHERE "id" = 2""")
    import_all()
    asa = User.objects.get(email="asa@astro.example")
    asa.full_clean(exclude=["last_name"])
    assert asa.first_name.isprintable()
    assert asa.profile.purpose.isprintable()
