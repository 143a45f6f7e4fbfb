"""Hostile text is shown and mailed as text."""

from urllib.parse import quote

import pytest
from django.contrib.auth.models import User

from accounts.access_requests.mails import tell_deciders
from accounts.access_requests.models import AccessRequest
from datacubes.models import DataCube, Observation
from tests.accounts.access_requests.conftest import ADMIN, ASK, REQUESTS
from tests.support.admin_actions import act
from tests.support.html import parse_html

HOSTILE = "<script>alert(1)</script>{{ x }}{% now %}\u202e\x1b[31m\r\nBcc: x@y.example\r\n.\r\n" + "é" * 1500
ANSWER = "<b onclick=x>\u2028Bcc: x@y.example"


def test_texts_are_escaped_on_every_page(cube, anna, browser, decider_page):
    User.objects.update(first_name="<img src=x>", last_name="\u202egnp")
    assert browser.post(f"{ASK}?cube={quote(cube.oid)}", {"text": HOSTILE}).status_code == 302
    request = AccessRequest.objects.get()
    for client, page in ((browser, REQUESTS), (decider_page, ADMIN), (decider_page, f"{ADMIN}{request.pk}/change/")):
        html = client.get(page).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "<img src=x>" not in html
    assert "<img src=x>" not in browser.get(f"/cubes/{cube.oid}/").content.decode()
    act(decider_page, ADMIN, "refuse", request, answer=ANSWER)
    html = browser.get(REQUESTS).content.decode()
    assert "<b onclick" not in html
    assert "&lt;b onclick=x&gt;" in html


def test_texts_write_no_headers_of_mails(cube, anna, browser, decider_page, mailoutbox):
    User.objects.filter(pk=anna.pk).update(first_name="Anna\r\nBcc: x@y.example", last_name="<b>")
    browser.post(f"{ASK}?cube={quote(cube.oid)}", {"text": HOSTILE})
    act(decider_page, ADMIN, "refuse", AccessRequest.objects.get(), answer=ANSWER)
    assert len(mailoutbox) == 2
    for mail in mailoutbox:
        message = mail.message()
        assert message["Bcc"] is None
        assert message.get_content_type() == "text/plain"
        assert mail.recipients() == mail.to
        assert mail.message().as_string()
    assert "<script>alert(1)</script>{{ x }}{% now %}" in mailoutbox[0].body


@pytest.mark.parametrize("name", ["a\r\nBcc: x@y.example", "a\x0bBcc: x@y.example", "\u2028Bcc: x", "é" * 255])
def test_names_of_what_is_asked_for_write_no_headers(db, anna, mailoutbox, name):
    request = AccessRequest.objects.create(person=anna, kind="observation", target=name, text="x")
    tell_deciders(request)
    message = mailoutbox[0].message()
    assert message["Bcc"] is None
    assert len(str(message["Subject"]).splitlines()) <= len(name)
    assert not any(line.startswith("Bcc:") for line in mailoutbox[0].body.splitlines())


@pytest.mark.parametrize("oid", ["a/../b", "a b?c=d&e#f", "<i>'\"", "é%2F+"])
def test_any_oid_can_be_asked_for(cube, anna, browser, decider_page, mailoutbox, oid):
    DataCube.objects.update(oid=oid)
    Observation.objects.update(point_id=oid)
    for place in (f"/cubes/{quote(oid, safe='')}/", "/?group=observations"):
        page = parse_html(browser.get(place).content.decode())
        [link] = [one.attributes["href"] for one in page.all("a") if one.text == "Ask for access"]
        form = browser.get(link).content.decode()
        assert "What do you need it for?" in form
        assert browser.post(link, {"text": "x"}).status_code == 302
    page = act(decider_page, ADMIN, "approve", *AccessRequest.objects.all())
    assert "2 approved." in page
    links = [one.attributes["href"] for one in parse_html(browser.get(REQUESTS).content.decode()).all("a")]
    assert [browser.get(link).status_code for link in links if "cubes/" in link or "observation" in link] == [200, 200]
