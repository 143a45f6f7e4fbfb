"""The whole API, as its description tells it, to those who may do nothing with it."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from catalogue.models import Selection
from datacubes.links import oid_in_url
from tests.support.archived_cubes import RESTRICTED, anybody, archive_cube, client_of, person
from tests.support.cube_fixtures import data_root, place_cube, sample_cube
from workorders import queue

__all__ = ["anybody", "archive_cube", "client_of", "data_root", "person", "place_cube", "sample_cube"]

OF_THE_QUEUE = {
    ("post", "/api/v1/ingest/"),
    ("post", "/api/v1/ingest/batch/"),
    ("get", "/api/v1/work-orders/"),
    ("get", "/api/v1/work-orders/{id}/"),
}
NEEDS_A_BODY = ("post", "/api/v1/selections/")
METHODS = ("get", "head", "options", "post", "put", "patch", "delete", "trace")


@pytest.fixture
def operations(archive_cube, anybody) -> dict[tuple[str, str], str]:
    """Each method and path of the description, with a URL of something that is there; and the metrics."""
    cube = archive_cube(RESTRICTED)
    order = queue.post_order(cube.relative_path, {})
    paths = anybody.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()["paths"]
    selection = Selection.objects.create(key="kept", oids=[cube.oid])
    values = {"{key}": selection.key, "{oid}": oid_in_url(cube.oid), "{id}": str(order.pk), "{filename}": cube.filename}
    found = {}
    for path, methods in paths.items():
        url = path
        for name, value in values.items():
            url = url.replace(name, value)
        assert "{" not in url
        found |= {(method, path): url for method in methods if method in METHODS}
    return found


def asked(client: APIClient, method: str, url: str) -> int:
    return getattr(client, method)(url).status_code


def test_the_description_names_what_is_looked_at_here(operations):
    assert set(operations) >= OF_THE_QUEUE | {
        ("get", "/data/{oid}/{filename}"),
        ("get", "/api/v1/data-cubes/{oid}/svo/"),
    }


def test_a_token_without_permissions_reads_what_anybody_reads_and_nothing_else(operations, person, client_of):
    client = client_of(person)
    statuses = {operation: asked(client, operation[0], url) for operation, url in operations.items()}
    refused = OF_THE_QUEUE | {("get", "/data/{oid}/{filename}")}
    assert statuses == dict.fromkeys(operations, 200) | dict.fromkeys(refused, 403) | {NEEDS_A_BODY: 400}
    assert client.get("/metrics").status_code == 403


def test_without_a_token_one_is_asked_for(operations, anybody):
    statuses = {operation: asked(anybody, operation[0], url) for operation, url in operations.items()}
    expected = {operation: 401 if operation in OF_THE_QUEUE else 200 for operation in operations}
    assert statuses == expected | {("get", "/data/{oid}/{filename}"): 403, NEEDS_A_BODY: 400}
    assert anybody.get("/metrics").status_code == 401


def test_no_other_method_does_anything(operations, person, client_of):
    """Not even for somebody who may do everything; for others it may also be refused before that is seen."""
    root = client_of(User.objects.create_superuser("root"))
    for client in (root, client_of(person), APIClient()):
        for path, url in {(path, url) for (_, path), url in operations.items()}:
            for method in set(METHODS) - {"get", "head", "options"} - {m for m, p in operations if p == path}:
                assert asked(client, method, url) in ({405} if client is root else {401, 403, 405}), (method, url)


def test_the_token_of_a_closed_account_opens_nothing(operations, person, client_of):
    person.is_superuser = True
    person.save()
    client = client_of(person)
    assert client.get("/api/v1/work-orders/").status_code == 200
    person.is_active = False
    person.save()
    operations["get", "/metrics"] = "/metrics"
    assert {asked(client, method, url) for (method, _), url in operations.items()} == {401}


def test_the_session_of_a_closed_account_opens_nothing(operations, mailoutbox):
    root = User.objects.create_superuser("root", email="root@observatory.example", password="a password 7")
    browser = Client()
    browser.force_login(root)
    assert browser.get("/admin/").status_code == 200
    root.is_active = False
    root.save()
    statuses = {
        operation: browser.generic(operation[0].upper(), url).status_code for operation, url in operations.items()
    }
    expected = {operation: 401 if operation in OF_THE_QUEUE else 200 for operation in operations}
    assert statuses == expected | {("get", "/data/{oid}/{filename}"): 403, NEEDS_A_BODY: 400}
    assert browser.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
    for login in ("/accounts/login/", "/admin/login/"):
        assert browser.post(login, {"username": "root", "password": "a password 7"}).status_code == 200
        assert browser.get("/admin/").status_code == 302
    browser.post("/accounts/password/reset/", {"email": "root@observatory.example"})
    assert mailoutbox == []
