"""Log lines: which order they are about, one line each whatever they hold, and no secrets."""

import json
import logging
import logging.config
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.tokens import make_token
from workorders import queue
from workorders.log_context import order_in_logs
from workorders.models import WorkOrder
from workorders.worker import carry_out

PROJECT = Path(__file__).resolve().parents[2]
HOSTILE = "a\n2026-01-01 ERROR forged: all is lost\r\x1b[31m\u2028\u202eb"

Lines = Callable[[], list[str]]


@pytest.fixture(params=["text", "json"])
def form(request) -> str:
    """The form of the lines."""
    return request.param


@pytest.fixture
def lines(form: str, settings, tmp_path: Path) -> Lines:
    """Log as the settings say, in one of the forms, into a file; return its lines."""
    handler = settings.LOGGING["handlers"]["stderr"] | {
        "class": "logging.FileHandler",
        "filename": str(tmp_path / "log"),
        "formatter": form,
    }
    before = logging.root.handlers[:]
    logging.config.dictConfig(settings.LOGGING | {"handlers": {"stderr": handler}})
    try:
        yield lambda: (tmp_path / "log").read_text().splitlines()
    finally:
        for added in set(logging.root.handlers) - set(before):
            added.close()
        logging.root.handlers[:] = before


def said(line: str, form: str) -> tuple[str, str]:
    """The message of a line, and the order and path that it names."""
    if form == "json":
        record = json.loads(line)
        return record["message"], "" if record["order"] is None else f"{record['order']} {record['path']}"
    message, _, order = line.partition(": ")[2].partition(" [order ")
    return message, order.removesuffix("]")


@pytest.mark.usefixtures("nobody_writes")
def test_every_line_that_is_written_while_an_order_is_carried_out_has_its_id_and_path(db, lines, form, data_root):
    logging.getLogger("elsewhere").info("before")
    (data_root / "a.fits").write_bytes(b"")
    order = queue.post_order("a.fits", {})
    carry_out(queue.claim("w"))
    logging.getLogger("elsewhere").info("after")
    assert [said(line, form) for line in lines()] == [
        ("before", ""),
        ("attempt 1", f"{order.pk} a.fits"),
        ("failed: The file is empty.", f"{order.pk} a.fits"),
        ("after", ""),
    ]


def test_what_a_request_or_file_holds_makes_no_line_of_its_own(lines, form):
    with order_in_logs(WorkOrder(pk=7, relative_path=HOSTILE)):
        logging.getLogger("a\nname").warning("it said %s", HOSTILE)
    [line] = lines()
    assert not set("\x1b\r\u2028\u202e") & set(line)
    if form == "json":
        record = json.loads(line)
        assert (record["message"], record["order"], record["path"]) == (f"it said {HOSTILE}", 7, HOSTILE)
        assert (record["level"], record["logger"]) == ("WARNING", "a\nname")
        assert record["time"].endswith("+00:00")
    else:
        assert r"it said a\n2026-01-01 ERROR forged: all is lost\r\x1b[31m\u2028\u202eb" in line


def test_no_line_of_a_traceback_passes_for_a_line_of_the_log(lines, form):
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logging.getLogger("x").exception("failed")
    written = lines()
    if form == "json":
        [line] = written
        assert "ValueError" in json.loads(line)["exc_info"]
    else:
        assert written[0].endswith("ERROR x: failed")
        assert len(written) > 3
        assert all(line.startswith("  | ") for line in written[1:])
        assert not set("\x1b\r\u2028\u202e") & set("".join(written))


def test_a_path_that_is_not_unicode_can_be_logged(lines, monkeypatch):
    # pytest reports what was logged, and xdist cannot send such a report from process to process.
    own = [handler for handler in logging.root.handlers if not type(handler).__module__.startswith("_pytest")]
    monkeypatch.setattr(logging.root, "handlers", own)
    logging.getLogger("x").info("found %s", "a\udcffb")
    [line] = lines()
    assert r"a\udcffb" in line


def test_tokens_are_not_logged(db, lines, client, pipeline, settings, monkeypatch, cube_path):
    """Not even by who shows everything: DEBUG, the level DEBUG, and a request that fails."""
    settings.DEBUG = True
    logging.root.setLevel(logging.DEBUG)
    token = make_token(pipeline, "test")
    monkeypatch.setattr("workorders.views.send_wake_up", lambda task: 1 / 0)
    client.raise_request_exception = False
    statuses = {
        client.post(
            "/api/v1/ingest/",
            {"relative_path": path},
            content_type="application/json",
            headers={"authorization": f"Token {key}"},
        ).status_code
        for path in (cube_path, "missing.fits")
        for key in (token, f"{token}x")
    }
    logging.root.setLevel(logging.INFO)
    assert {400, 401} <= statuses
    assert token not in "\n".join(lines())


def test_a_worker_logs_in_the_same_form(tmp_path):
    """A Celery worker brings a way of logging of its own, which it must not use."""
    environment = os.environ | {
        "LOCAL_ROOT": str(tmp_path),
        "DATABASE_URL": "",
        "CELERY_BROKER_URL": "filesystem://",
        "LOG_FORMAT": "json",
        "PYTHONWARNINGS": "ignore",  # Celery's own about being root, where the tests are.
    }
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--loglevel", "INFO"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as worker:
        lines = []
        for line in worker.stderr:
            lines.append(line)
            if "ready." in line:
                worker.terminate()
    assert worker.returncode == 0
    assert "celery.apps.worker" in {json.loads(line)["logger"] for line in lines}
