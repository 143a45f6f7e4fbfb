"""Fixtures of the tests that are about orders; the top conftest imports them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.tokens import make_token
from devtools.sample_cubes import cube_filename
from workorders.models import WorkOrder


@pytest.fixture
def cube_path(settings, sample_cube: bytes) -> str:
    """The relative path of a cube in the science data folder."""
    path = f"2019-04-19/CRISP/{cube_filename()}"
    (settings.SCIENCE_DATA_ROOT / path).parent.mkdir(parents=True)
    (settings.SCIENCE_DATA_ROOT / path).write_bytes(sample_cube)
    return path


@pytest.fixture
def pipeline(db) -> User:
    """A pipeline's account, which may post and read orders."""
    user = User.objects.create_user("pipeline")
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["add_workorder", "view_workorder", "grant_access"])
    )
    return user


@pytest.fixture
def api(pipeline: User) -> APIClient:
    """An HTTP client with the pipeline's token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(pipeline, 'test')}")
    return client


@pytest.fixture
def expire_lease() -> Callable[[WorkOrder], None]:
    """Let the lease of an order run out, as if its worker had died a while ago."""

    def expire(order: WorkOrder) -> None:
        WorkOrder.objects.filter(pk=order.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    return expire
