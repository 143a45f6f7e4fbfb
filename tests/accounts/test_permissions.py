"""An account has its own permissions and those of its groups."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User

pytestmark = pytest.mark.django_db

OWN, OF_GROUP, OTHER = "workorders.view_workorder", "workorders.add_workorder", "datacubes.view_tag"


def permission(name: str) -> Permission:
    return Permission.objects.get(codename=name.partition(".")[2])


@pytest.fixture
def reader() -> User:
    group = Group.objects.create(name="Readers")
    group.permissions.add(permission(OF_GROUP), permission(OWN))
    reader = User.objects.create_user("reader")
    reader.groups.add(group)
    reader.user_permissions.add(permission(OWN))
    User.objects.create_user("somebody else").user_permissions.add(permission(OTHER))
    return User.objects.get(pk=reader.pk)


def test_both_count_and_take_one_statement(reader, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [reader.has_perm(name) for name in (OWN, OF_GROUP, OTHER)] == [True, True, False]
        assert reader.get_all_permissions() == {OWN, OF_GROUP}
        assert reader.has_module_perms("workorders")
        assert not reader.has_module_perms("datacubes")


def test_they_are_of_the_site_and_not_of_one_object(reader):
    assert not reader.has_perm(OWN, reader)


def test_an_inactive_account_has_none(reader):
    reader.is_active = False
    assert not reader.has_perm(OWN)
    assert reader.get_all_permissions() == set()


def test_a_superuser_has_all_and_nobody_has_none(reader):
    reader.is_superuser = True
    assert reader.has_perm(OTHER)
    assert OTHER in reader.get_all_permissions()
    assert AnonymousUser().get_all_permissions() == set()
