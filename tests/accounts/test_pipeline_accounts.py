"""`manage.py make_pipeline_account` makes an account for a pipeline, and prints its token once."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.groups import PIPELINE
from accounts.models import APIToken

pytestmark = pytest.mark.django_db


def make(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    call_command("make_pipeline_account", *arguments)
    return capsys.readouterr().out.strip()


def post(key: str, path: str) -> int:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    body = {"relative_path": path, "owner_email_addresses": ["anna@observatory.example"]}
    return client.post("/api/v1/ingest/", body, format="json").status_code


def test_its_token_posts_and_grants(capsys, cube_path):
    assert post(make(capsys, "la-palma"), cube_path) == 202
    assert not User.objects.get().has_usable_password()
    assert not APIToken.objects.get().waits_for_result


def test_a_second_token_leaves_the_first_unless_it_replaces_it(capsys, cube_path, settings):
    settings.INGEST_WAITERS = 0  # No worker runs, so that a request that waits would wait for the longest time.
    first = make(capsys, "la-palma")
    second = make(capsys, "la-palma", "--token-name", "after the move", "--waits-for-result")
    assert [post(key, cube_path) for key in (first, second)] == [202, 202]
    assert APIToken.objects.get(name="after the move").waits_for_result
    third = make(capsys, "la-palma", "--replace")
    assert [post(key, cube_path) for key in (first, second, third)] == [401, 401, 202]
    assert User.objects.count() == 1


def test_the_account_of_a_person_becomes_a_pipelines_only_if_that_is_asked_for(capsys, cube_path):
    User.objects.create_user("anna")
    with pytest.raises(CommandError, match="anna exists and is outside the group Pipeline"):
        make(capsys, "anna")
    assert not APIToken.objects.exists()
    assert post(make(capsys, "anna", "--existing"), cube_path) == 202


@pytest.mark.parametrize("name", ["", "a b", "x" * 151, "<b>", "a\0"])
def test_a_name_that_cannot_be_one_is_refused(capsys, name):
    with pytest.raises(CommandError, match="cannot be the name of an account"):
        make(capsys, name)
    assert not User.objects.exists()


def test_without_the_group_it_says_what_to_do(capsys):
    Group.objects.filter(name=PIPELINE).delete()
    with pytest.raises(CommandError, match="The group Pipeline is missing"):
        make(capsys, "la-palma")
