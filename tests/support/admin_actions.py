"""Actions of the admin, as a browser sends them: the choice in the list, then what the question's page asks for."""

import re

from django.db.models import Model
from django.http import HttpResponse
from django.test import Client


def choose(client: Client, url: str, action: str, *rows: Model, everything: bool = False) -> HttpResponse:
    """Choose an action for some rows of a list, or for all that the list has, and return what comes then.

    For all, too, a browser sends those of the page that is shown.
    """
    data = {"action": action, "index": 0, "_selected_action": [row.pk for row in rows]}
    return client.post(url, data | ({"select_across": 1} if everything else {}), follow=True)


def confirm(client: Client, url: str, question: HttpResponse, **fields: object) -> str:
    """Confirm what a question's page asks, and return the page that comes then."""
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', question.content.decode()))
    assert "confirmed_ids" in hidden
    return client.post(url, hidden | fields, follow=True).content.decode()


def act(client: Client, url: str, action: str, *rows: Model, **fields: object) -> str:
    """Choose an action for some rows and confirm it; return the page that comes then."""
    return confirm(client, url, choose(client, url, action, *rows), **fields)
