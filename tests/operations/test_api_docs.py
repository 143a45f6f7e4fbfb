"""The page of the API's documentation."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from operations.api_reference import api_reference
from tests.support.html import parse_html

pytestmark = pytest.mark.django_db

NEED_A_TOKEN = {"Post a cube", "All work orders", "One work order, to be polled"}


def test_every_operation_and_object_of_the_description_is_there(client):
    description = client.get(reverse("schema"), headers={"accept": "application/json"}).json()
    page = parse_html(client.get("/api/v1/docs/").content.decode())
    text = page.text
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert f"{method.upper()} {path}" in text
            assert operation["summary"] in text
            assert all(parameter["name"] in text for parameter in operation.get("parameters", []))
    assert all(name in text for name in ("DataCubeDetail", "WorkOrder", "Selection"))


def test_a_mark_shows_which_operations_need_a_token(client):
    sections = parse_html(client.get("/api/v1/docs/").content.decode()).all("section")
    marked = {
        section.one("h2").text for section in sections if section.all("h2") and section.all("span", class_="lock")
    }
    assert marked == NEED_A_TOKEN
    assert {operation.summary for operation in api_reference().operations if operation.needs_token} == NEED_A_TOKEN


def test_the_example_of_the_post_does_no_harm(client):
    [post] = [operation for operation in api_reference().operations if operation.summary == "Post a cube"]
    assert list(json.loads(post.body)) == ["relative_path"]


def test_it_links_home_and_loads_nothing_from_elsewhere(client: Client):
    page = parse_html(client.get("/api/v1/docs/").content.decode())
    assert page.one("a", class_="site-name").attributes["href"] == "/"
    assets = [element.attributes.get("src", "") for element in page.all("script")]
    assert all(asset.startswith("/static/") for asset in assets)
