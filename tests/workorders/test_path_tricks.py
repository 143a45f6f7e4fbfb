"""No path that a pipeline posts leads out of the science data folder."""

import json

import pytest

from tests.support.path_tricks import lay_out, path_tricks
from workorders.models import WorkOrder


def test_there_are_more_than_thirty_ways(data_root):
    assert len(set(path_tricks(data_root))) > 60


@pytest.mark.parametrize("field", ["relative_path", "image_preview", "video_preview"])
def test_no_posted_path_leads_out_of_the_folder(api, cube_path, data_root, field):
    lay_out(data_root)
    for path in path_tricks(data_root):
        body = json.dumps({"relative_path": cube_path} | {field: path})
        answer = api.post("/api/v1/ingest/", body, content_type="application/json")
        assert (answer.status_code, list(answer.json())) == (400, [field]), path
    assert not WorkOrder.objects.exists()


def test_an_oid_that_looks_like_a_path_is_no_path(api, cube_path, data_root):
    """It is only a name, so that it is taken, unless it cannot be read or is all of it a step in a URL."""
    lay_out(data_root)
    for oid in path_tricks(data_root):
        body = json.dumps({"relative_path": cube_path, "oid": oid})
        status = api.post("/api/v1/ingest/", body, content_type="application/json").status_code
        is_name = oid.strip().isprintable() and oid not in (".", "..")
        assert status == (202 if is_name else 400), oid
