"""Where browsers look for an icon, whatever page they show."""

from django.contrib.staticfiles import finders


def test_it_is_the_archives_own(client):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/static/catalogue/icon.svg"
    assert finders.find("catalogue/icon.svg")


def test_nothing_can_be_sent_there(client):
    assert client.post("/favicon.ico").status_code == 405
