"""People ask for access to cubes and observations."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from accounts.access_requests import asking
from accounts.access_requests.models import AccessRequest
from accounts.access_requests.targets import Target
from accounts.models import Profile
from datacubes.models import AccessRules, EmailGrant, GroupGrant
from datacubes.withdrawal import withdraw
from tests.accounts.access_requests.conftest import ASK, CONTACT, REQUESTS
from tests.support.archived_cubes import copy_of
from tests.support.html import parse_html


def ask(browser: Client, query: dict[str, str], text: str = "For my thesis.", **fields: str):
    return browser.post(f"{ASK}?{'&'.join(f'{k}={quote(v)}' for k, v in query.items())}", {"text": text} | fields)


def text_of(response) -> str:
    return parse_html(response.content.decode()).text


def test_the_page_of_a_cube_leads_over_the_login_to_the_form(cube, anna, client):
    anna.set_password("seeing is 12 cm")
    anna.save()
    box = parse_html(client.get(f"/cubes/{cube.oid}/").content.decode()).one("section", class_="download")
    link = box.one("a", class_="button").attributes["href"]
    login = client.get(link)
    assert login.headers["Location"] == f"/accounts/login/?next={quote(link, safe='/')}"
    data = {"username": "anna", "password": "seeing is 12 cm", "next": link}
    assert client.post(login.headers["Location"], data).headers["Location"] == link
    page = text_of(client.get(link))
    assert cube.oid in page
    assert "You ask as Anna Åberg, anna@b.example." in page


def test_nothing_is_asked_without_a_login(cube, client):
    assert ask(client, {"cube": cube.oid}).status_code == 302
    assert not AccessRequest.objects.exists()


def test_a_request_is_noted_shown_and_mailed_to_the_contact(cube, anna, browser, mailoutbox):
    assert ask(browser, {"cube": cube.oid}, "For my thesis.\nSee you!").headers["Location"] == REQUESTS
    request = AccessRequest.objects.get()
    assert (request.person, request.kind, request.target, request.state) == (anna, "cube", cube.oid, "waiting")
    [mail] = mailoutbox
    assert (mail.to, mail.reply_to) == ([CONTACT], ["anna@b.example"])
    assert mail.subject == f"Request {request.pk} for the data cube {cube.oid}: waiting"
    for part in (
        "Anna Åberg, account anna, anna@b.example, Lund Observatory, Flares",
        "For my thesis.\nSee you!",
        f"https://archive.example.org/cubes/{cube.oid}/",
        f"https://archive.example.org/admin/access_requests/accessrequest/{request.pk}/change/",
    ):
        assert part in mail.body
    page = text_of(browser.get(REQUESTS))
    assert "Waiting" in page
    assert cube.oid in page
    box = parse_html(browser.get(f"/cubes/{cube.oid}/").content.decode()).one("section", class_="download")
    assert f"You asked for access on {request.asked_at:%Y-%m-%d}." in box.text
    assert "Ask for access" not in box.text


def test_without_a_contact_a_request_waits_all_the_same(cube, browser, mailoutbox, settings):
    for settings.ARCHIVE_CONTACT_EMAIL in ("", "not an address"):
        ask(browser, {"cube": cube.oid})
        assert (AccessRequest.objects.count(), mailoutbox) == (1, [])


def test_a_whole_observation_can_be_asked_for_on_the_page_of_its_cube(cube, other_cube, browser):
    assert "all restricted cubes of its observation" in text_of(browser.get(f"{ASK}?cube={quote(cube.oid)}"))
    ask(browser, {"cube": cube.oid}, scope="observation")
    request = AccessRequest.objects.get()
    assert (request.kind, request.target) == ("observation", cube.observation.point_id)


def test_a_cube_without_siblings_offers_no_observation(cube, browser):
    assert "observation" not in text_of(browser.get(f"{ASK}?cube={quote(cube.oid)}"))
    ask(browser, {"cube": cube.oid}, scope="observation")
    assert AccessRequest.objects.get().kind == "cube"


def test_an_observation_in_the_catalogue_has_the_link(cube, other_cube, browser, visit):
    point_id = quote(cube.observation.point_id, safe="")
    for query in (f"observation={point_id}", "group=observations"):
        assert visit(f"/?{query}").one("a", href=f"{ASK}?observation={point_id}").text == "Ask for access"
    assert ask(browser, {"observation": cube.observation.point_id}).status_code == 302
    AccessRules.objects.update(release_date="2020-01-01")
    cube.refresh_from_db()
    for query in (f"observation={point_id}", "group=observations"):
        assert "Ask for access" not in visit(f"/?{query}").text


def test_what_is_asked_for_already_is_not_asked_again(cube, browser, mailoutbox):
    for _ in range(3):
        ask(browser, {"cube": cube.oid})
    assert (AccessRequest.objects.count(), len(mailoutbox)) == (1, 1)
    assert "You have asked for this already." in text_of(browser.get(f"{ASK}?cube={quote(cube.oid)}"))


def test_after_a_refusal_one_may_ask_again(cube, browser):
    ask(browser, {"cube": cube.oid})
    AccessRequest.objects.update(state="refused")
    ask(browser, {"cube": cube.oid})
    assert AccessRequest.objects.filter(state="waiting").count() == 1


def test_who_has_access_need_not_ask(cube, other_cube, anna, browser):
    EmailGrant.objects.create(cube=cube, email="Anna@B.example")
    assert "You have access already." in text_of(ask(browser, {"cube": cube.oid}))
    observation = {"observation": cube.observation.point_id}
    group = Group.objects.create(name="a group")
    anna.groups.add(group)
    assert "What do you need it for?" in text_of(browser.get(ASK, observation))
    GroupGrant.objects.create(cube=other_cube, group=group)
    assert "You have access already." in text_of(ask(browser, observation))
    assert not AccessRequest.objects.exists()


def test_what_is_public_or_withdrawn_cannot_be_asked_for(cube, browser):
    AccessRules.objects.update(release_date="2020-01-01")
    assert "This cube is public: everybody can download it." in text_of(ask(browser, {"cube": cube.oid}))
    observation = {"observation": cube.observation.point_id}
    assert "This observation has no restricted cubes" in text_of(ask(browser, observation))
    withdraw(cube, "Wrong.")
    assert "This cube was withdrawn or removed." in text_of(ask(browser, {"cube": cube.oid}))
    assert not AccessRequest.objects.exists()


def test_only_those_with_a_verified_address_ask(cube, guests, anna, browser):
    for email in ("", "nonsense", "a b@c.example", "a@b.example\nBcc: x@y.example", "other@b.example"):
        User.objects.update(email=email)
        for query in ({"cube": cube.oid}, {"group": guests.title}):
            page = parse_html(ask(browser, query).content.decode())
            assert "Verify your e-mail address first" in page.text
            assert page.one("a", href="/accounts/email/")
    User.objects.update(email=anna.email)
    Profile.objects.update(email_verified_at=timezone.now() - timedelta(weeks=13))
    assert "Verify your e-mail address first" in text_of(ask(browser, {"cube": cube.oid}))
    assert not AccessRequest.objects.exists()


@pytest.mark.parametrize(
    "query", ["", "cube=none", "cube=", "cube=a%00b", "observation=none", "group=none", "tag=a", "cube=%FF%FE"]
)
def test_what_the_archive_does_not_have_is_not_found(browser, query):
    for method in (browser.get, browser.post):
        assert method(f"{ASK}?{query}").status_code == 404


def test_an_address_names_one_thing(cube, browser):
    assert browser.get(f"{ASK}?cube={cube.oid}&observation={cube.observation.point_id}").status_code == 404
    assert browser.get(f"{ASK}?cube={'x' * 5000}").status_code == 404


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 2001, "a\0b"])
def test_a_text_that_cannot_be_is_refused_beside_the_field(cube, browser, text):
    answer = ask(browser, {"cube": cube.oid}, text)
    assert answer.status_code == 400
    assert parse_html(answer.content.decode()).one("ul", class_="errorlist")
    assert not AccessRequest.objects.exists()


def test_many_requests_of_one_person_end_at_the_bound(cube, anna, browser, mailoutbox):
    cubes = [copy_of(cube, f"copy {number}") for number in range(asking.MOST_A_DAY + 1)]
    refused = []
    for number in range(2 * asking.MOST_A_DAY):
        try:
            asking.ask(anna, Target("cube", cubes[number % len(cubes)].oid), "x")
        except asking.AskingRefused as reason:
            refused.append(str(reason))
    assert AccessRequest.objects.count() == len(mailoutbox) == len(refused) == asking.MOST_A_DAY
    answer = ask(browser, {"cube": cubes[-1].oid})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert "Ask again tomorrow." in text_of(answer)
    AccessRequest.objects.update(asked_at=timezone.now() - timedelta(days=1, minutes=1))
    assert ask(browser, {"cube": cubes[-1].oid}).status_code == 302


def test_so_many_may_wait_at_once(cube, browser, monkeypatch):
    monkeypatch.setattr(asking, "MOST_WAITING", 2)
    cubes = [copy_of(cube, f"copy {number}") for number in range(3)]
    answers = [ask(browser, {"cube": one.oid}) for one in cubes]
    assert [answer.status_code for answer in answers] == [302, 302, 400]
    assert "Ask again when they are answered." in text_of(answers[-1])


def test_the_page_of_many_requests_is_bounded(anna, browser, django_assert_max_num_queries):
    AccessRequest.objects.bulk_create(
        AccessRequest(person=anna, kind="cube", target=f"cube {number}", text="x" * 2000, state="refused")
        for number in range(1000)
    )
    with django_assert_max_num_queries(8):
        page = browser.get(REQUESTS).content.decode()
    assert page.count("<details>") == 200
    assert "Older requests are not shown." in page


def test_the_requests_of_others_are_not_shown(cube, browser, person):
    AccessRequest.objects.create(person=person, kind="cube", target=cube.oid, text="secret")
    assert "secret" not in browser.get(REQUESTS).content.decode()
    assert Client().get(REQUESTS).headers["Location"] == f"/accounts/login/?next={REQUESTS}"


def test_a_form_of_another_site_asks_for_nothing(cube, anna):
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    assert ask(client, {"cube": cube.oid}).status_code == 403
    assert not AccessRequest.objects.exists()
