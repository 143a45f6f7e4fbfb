"""An e-mail address counts for grants once it is verified, for a set time, until it is changed."""

from datetime import timedelta
from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.models import User
from django.core.mail import get_connection
from django.test import Client
from django.utils import timezone

from accounts.addresses import mark_verified, verified_addresses
from accounts.models import Profile
from accounts.tasks import look_after_accounts
from accounts.verification import Taken, verify
from common.mail.models import QueuedMail
from datacubes.permissions import Grounds, download_access
from tests.accounts.conftest import PASSWORD, link_in
from tests.support.archived_cubes import RESTRICTED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sends_mail")]

URL = "/accounts/email/"
NEW = "new@observatory.example"


@pytest.fixture
def at_home(anna, client) -> Client:
    client.force_login(anna)
    return client


def change(client, email: str = NEW, password: str = PASSWORD):
    return client.post(URL, {"email": email, "password": password})


def age(user: User, **time: int) -> None:
    Profile.objects.filter(user=user).update(email_verified_at=timezone.now() - timedelta(**time))


def test_a_grant_counts_from_the_verification_for_twelve_weeks(anna, at_home, archive_cube, mailoutbox):
    cube = archive_cube(RESTRICTED, owner_email_addresses=["Anna@Observatory.example"])
    assert not download_access(anna, cube).allowed
    assert "Not verified" in at_home.get(URL).content.decode()
    at_home.post("/accounts/email/send/")
    at_home.post(link_in(mailoutbox[0]))
    assert download_access(anna, cube).grounds is Grounds.EMAIL_GRANT
    age(anna, weeks=12, seconds=-60)
    assert download_access(anna, cube).allowed
    age(anna, weeks=12, seconds=1)
    assert not download_access(anna, cube).allowed
    assert "To be verified again" in at_home.get(URL).content.decode()
    at_home.post("/accounts/email/send/")
    at_home.post(link_in(mailoutbox[1]))
    assert download_access(anna, cube).allowed


def test_the_time_is_a_setting_and_an_account_can_be_exempt(anna, settings):
    mark_verified(anna)
    age(anna, weeks=3)
    settings.EMAIL_VERIFICATION_WEEKS = 2
    assert verified_addresses(anna) == []
    Profile.objects.update(is_exempt=True)
    assert verified_addresses(anna) == [anna.email]


def test_a_new_address_counts_once_it_is_verified_and_the_old_one_until_then(anna, at_home, mailoutbox):
    mark_verified(anna)
    assert change(at_home).status_code == 302
    assert verified_addresses(anna) == ["anna@observatory.example"]
    assert f"{NEW}, not verified" in at_home.get(URL).content.decode()
    at_home.post(link_in(mailoutbox[0]))
    anna.refresh_from_db()
    assert (anna.email, verified_addresses(anna)) == (NEW, [NEW])
    assert mailoutbox[1].to == ["anna@observatory.example"], "the old address is told"
    assert EmailAddress.objects.count() == 1


def test_further_addresses_of_sst_archive_stay_until_the_person_changes_to_one_of_them(anna, at_home, mailoutbox):
    EmailAddress.objects.create(user=anna, email="second@observatory.example", verified=True)
    at_home.post("/accounts/email/send/")
    at_home.post(link_in(mailoutbox[0]))
    assert set(verified_addresses(anna)) == {anna.email, "second@observatory.example"}
    change(at_home, "second@observatory.example")
    at_home.post(link_in(mailoutbox[1]))
    assert verified_addresses(anna) == ["second@observatory.example"]
    assert EmailAddress.objects.get().primary


def test_a_link_to_an_address_that_was_replaced_no_longer_works(at_home, mailoutbox):
    change(at_home)
    change(at_home, "newer@observatory.example")
    assert at_home.get(link_in(mailoutbox[0])).status_code == 410
    assert at_home.get(link_in(mailoutbox[1])).status_code == 200


def test_the_address_of_another_account_is_answered_as_any_other(at_home, mailoutbox):
    User.objects.create_user("bert", email="bert@observatory.example")
    new, known = change(at_home), change(at_home, "bert@observatory.example")
    assert (new.status_code, new.headers["Location"]) == (known.status_code, known.headers["Location"])
    assert "It has an account already" in mailoutbox[1].body
    at_home.post("/accounts/email/send/", {"wanted": "yes"})
    assert "It has an account already" in mailoutbox[2].body


def test_two_accounts_never_have_the_same_verified_address(anna):
    bert = User.objects.create_user("bert", email=anna.email)
    mark_verified(anna)
    address = EmailAddress.objects.create(user=bert, email=anna.email, primary=True)
    with pytest.raises(Taken):
        verify(address)
    assert (verified_addresses(anna), verified_addresses(bert)) == ([anna.email], [])


def test_changing_the_address_needs_the_password_which_cannot_be_tried_without_end(at_home, mailoutbox):
    for _ in range(10):
        assert "not the password" in change(at_home, password="wrong").content.decode()
    assert "too many attempts" in change(at_home).content.decode()
    assert mailoutbox == []


def test_links_are_limited(at_home, mailoutbox):
    codes = [at_home.post("/accounts/email/send/").status_code for _ in range(5)]
    assert codes == [302, 302, 302, 429, 429]
    assert len(mailoutbox) == 3


def test_an_address_that_staff_change_is_to_be_verified(anna, client):
    mark_verified(anna)
    client.force_login(User.objects.create_superuser("root"))
    anna.email = NEW
    anna.save()
    assert verified_addresses(anna) == []
    client.force_login(anna)
    assert "Not verified" in client.get(URL).content.decode()


def test_an_address_that_staff_mark_as_verified_counts(anna, client):
    client.force_login(User.objects.create_superuser("root"))
    address = EmailAddress.objects.create(user=anna, email=anna.email, primary=True)
    action = {"action": "make_verified", "_selected_action": str(address.pk)}
    client.post("/admin/account/emailaddress/", action)
    assert verified_addresses(anna) == [anna.email]


def test_a_week_before_the_end_a_link_is_sent_once(anna, mailoutbox):
    mark_verified(anna)
    for days, mails in ((70, 0), (78, 1), (79, 1)):
        age(anna, days=days)
        look_after_accounts()
        assert len(mailoutbox) == mails, days
    client = Client()
    assert client.post(link_in(mailoutbox[0]), {"password": PASSWORD}).status_code == 410, "age() changed the state"
    Profile.objects.update(reminded_at=None)
    look_after_accounts()
    assert client.post(link_in(mailoutbox[1]), {"password": PASSWORD}).status_code == 302
    age(anna, days=78)
    look_after_accounts()
    assert len(mailoutbox) == 3, "the next time, too"


def test_exempt_and_closed_accounts_get_no_reminder(anna, mailoutbox):
    mark_verified(anna)
    age(anna, days=78)
    Profile.objects.update(is_exempt=True)
    look_after_accounts()
    Profile.objects.update(is_exempt=False)
    User.objects.update(is_active=False)
    look_after_accounts()
    assert mailoutbox == []


def test_mail_waits_in_the_transaction_of_the_request_while_the_server_is_away(at_home, settings):
    settings.EMAIL_BACKEND = "common.mail.backend.QueueingBackend"
    assert get_connection().__class__.__name__ == "QueueingBackend"
    assert change(at_home).status_code == 302
    mail = QueuedMail.objects.get()
    assert (mail.recipients, "/accounts/confirm-email/" in mail.content) == ([NEW], True)


def test_the_upgrade_counts_addresses_of_before_as_verified_each_for_one_account():
    for name, email, active in [
        ("closed", "A@b.example", False),
        ("anna", "a@b.example", True),
        ("bert", "B@b.example", True),
        ("none", "", True),
    ]:
        User.objects.create_user(name, email=email, is_active=active)
    import_module("accounts.migrations.0005_addresses_of_staff").take_over(apps, None)
    found = {user.username: verified_addresses(user) for user in User.objects.all()}
    assert found == {"closed": [], "anna": ["a@b.example"], "bert": ["b@b.example"], "none": []}


def test_without_a_mail_server_the_page_says_whom_to_ask(at_home, settings, mailoutbox):
    settings.SENDS_MAIL = False
    assert "This archive sends no mail" in at_home.get(URL).content.decode()
    at_home.post("/accounts/email/send/")
    assert mailoutbox == []


def test_the_pages_of_an_account_need_a_login(client):
    for page in ("email/", "profile/", "profile/change/", "tokens/", "password/change/"):
        answer = client.get(f"/accounts/{page}")
        assert answer.headers["Location"] == f"/accounts/login/?next=/accounts/{page}"
    for page in ("email/send/", "tokens/1/revoke/"):
        assert client.post(f"/accounts/{page}").headers["Location"].startswith("/accounts/login/")
