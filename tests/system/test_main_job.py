"""The main job through real processes: gunicorn, a worker and beat, on PostgreSQL and Redis."""

import pytest

from devtools.sample_cubes import edit_keyword, many_cubes
from tests.system.whole import check_whole

pytestmark = pytest.mark.system


def test_cubes_are_ingested_and_ingested_again_only_where_they_changed(make_archive):
    archive = make_archive()
    archive.start()
    changed, same = many_cubes(archive.data, 2)
    for path in (changed, same):
        order = archive.poll(archive.post(path))
        assert order["status"] == "completed", order
        assert order["attempts"] == 1
    edit_keyword(changed, "OBSERVER", "Somebody Else")
    outcomes = [
        {step["name"]: step["outcome"] for step in archive.poll(archive.post(path))["steps"]}["metadata"]
        for path in (changed, same)
    ]
    assert outcomes == ["updated", "skipped"]
    check_whole(archive)
    assert "mingle" not in archive.stack.log("worker-0"), "it has waited for other workers at its start"
