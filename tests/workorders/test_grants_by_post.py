"""Who may post cubes may not grant access to them without a permission of its own."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission

from workorders.models import WorkOrder

URL = "/api/v1/ingest/"


@pytest.fixture
def poster(api, pipeline):
    """The client of an account that may only post."""
    pipeline.user_permissions.set(Permission.objects.filter(codename="add_workorder"))
    return api


@pytest.mark.parametrize("field", [{"owner_email_addresses": ["a@b.example"]}, {"swedish_data": True}])
def test_without_the_permission_grants_are_refused_and_the_rest_is_taken(poster, pipeline, cube_path, field):
    refused = poster.post(URL, {"relative_path": cube_path, **field}, format="json")
    assert refused.status_code == 403
    assert "leave out owner_email_addresses and swedish_data" in refused.json()["detail"]
    assert not WorkOrder.objects.exists()
    assert poster.post(URL, {"relative_path": cube_path}, format="json").status_code == 202
    pipeline.user_permissions.add(Permission.objects.get(codename="grant_access"))
    assert poster.post(URL, {"relative_path": cube_path, **field}, format="json").status_code == 202


def test_null_grants_nothing(poster, cube_path):
    body = {"relative_path": cube_path, "owner_email_addresses": None, "swedish_data": None}
    assert poster.post(URL, body, format="json").status_code == 202


def test_accounts_and_groups_of_before_keep_what_they_were_allowed(pipeline):
    group = Group.objects.create(name="Pipelines")
    group.permissions.set(Permission.objects.filter(codename="add_workorder"))
    pipeline.user_permissions.set(Permission.objects.filter(codename="add_workorder"))
    import_module("workorders.migrations.0002_grant_access").keep_what_was_allowed(apps, None)
    for held in (group.permissions, pipeline.user_permissions):
        assert set(held.values_list("codename", flat=True)) == {"add_workorder", "grant_access"}
