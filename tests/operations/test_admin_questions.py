"""The admin answers each address that asks for nonsense with a sentence, and none with a fault."""

from itertools import product
from urllib.parse import quote

import pytest
from django.contrib import admin

from workorders.models import WorkOrder

VALUES = ("\0", "[", "(a+)+$", "-1", "9" * 30, "x" * 5000, "2020-13-45", "1e400", "é", "%00", "None", "0000-00-00")
LOOKUPS = ("", "__regex", "__iregex", "__year", "__gte", "__isnull", "__in", "__range", "__pk", "__date")
OF_LISTS = ("q", "p", "o", "all", "_popup", "_to_field", "_facets", "e", "e\0")
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_question_is_a_fault(archive_cube, admin_client, model):
    archive_cube(owner_email_addresses=["a@b.example"])
    WorkOrder.objects.create(relative_path="a.fits")
    admin_client.raise_request_exception = False
    base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    fields = [f"{field.name}{lookup}" for field, lookup in product(model._meta.get_fields(), LOOKUPS)]
    names = (*OF_LISTS, *fields[:: 1 + len(fields) // 30])
    # Each name with a sixth of the values, each value with one of the pages: together, the models have all of them.
    turn = MODELS.index(model)
    questions = [
        (base, {name: value})
        for (number, name), (place, value) in product(enumerate(names), enumerate(VALUES))
        if (number + place) % 6 == 0
    ]
    pages = ("change/", "delete/", "history/")
    questions += [
        (f"{base}{quote(value[:200], safe='')}/{pages[(place + turn) % 3]}", {}) for place, value in enumerate(VALUES)
    ]
    faults = [(url, query) for url, query in questions if admin_client.get(url, query).status_code >= 500]
    assert faults == []


def test_a_pattern_is_not_given_to_the_database(admin_client):
    answer = admin_client.get("/admin/datacubes/datacube/?oid__regex=2019")
    assert answer.status_code == 400
    assert "cannot be compared" in answer.content.decode()


def test_filters_that_a_list_offers_work(archive_cube, admin_client):
    cube = archive_cube()
    answer = admin_client.get(f"/admin/datacubes/datacube/?instrument__id__exact={cube.instrument_id}&q=2019")
    assert answer.status_code == 200
    assert cube.oid in answer.content.decode()
