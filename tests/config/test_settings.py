"""Settings from environment variables, tried in processes of their own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment, read_environment
from devtools.settings_reference import EXAMPLE, TABLE, example, table

PROJECT = Path(__file__).resolve().parents[2]
DATABASE = "postgres://archive@localhost/archive"


def ask(expression: str, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    script = f"import json; from django.conf import settings; print(json.dumps({expression}, default=str))"
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", "LOCAL_ROOT": str(tmp_path)}
        | environment,
        capture_output=True,
        text=True,
    )


def test_with_nothing_configured_everything_is_local_and_debug_is_off(tmp_path):
    wanted = "settings.DATABASES['default']['NAME'], settings.CELERY_BROKER_URL, settings.DEBUG"
    found = json.loads(ask(f"[{wanted}]", tmp_path).stdout)
    assert found == [str(tmp_path / "archive.sqlite3"), "filesystem://", False]


def test_debug_is_on_if_asked_for(tmp_path):
    assert json.loads(ask("settings.DEBUG", tmp_path, DEBUG="true").stdout) is True


def test_with_a_real_database_a_missing_secret_key_is_an_error(tmp_path):
    done = ask("settings.SECRET_KEY", tmp_path, DATABASE_URL=DATABASE)
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


def test_the_local_secret_key_is_made_once_and_is_for_its_owner_only(tmp_path):
    first, second = (ask("settings.SECRET_KEY", tmp_path).stdout for _ in range(2))
    assert first == second
    assert len(first) > 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_an_archive_behind_tls_is_ready_for_production(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=PROJECT,
        env={
            "PATH": os.environ["PATH"],
            "LOCAL_ROOT": str(tmp_path),
            "DATABASE_URL": DATABASE,
            "SECRET_KEY": "".join(map(chr, range(40, 110))),
            "ARCHIVE_BASE_URL": "https://archive.example.org",
            "EMAIL_URL": "smtp://mail.example.org",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


WRONG = {
    "SVO_SYNC_HOUR=25": "SVO_SYNC_HOUR is “25”: it must be less than or equal to 23.",
    "ORDER_SWEEP_SECONDS=0": "ORDER_SWEEP_SECONDS is “0”: it must be greater than or equal to 0.1.",
    "THUMBNAIL_SIDE=0": "THUMBNAIL_SIDE is “0”: it must be greater than or equal to 16.",
    "WORKER_MEMORY_LIMIT_MB=10": "WORKER_MEMORY_LIMIT_MB is “10”: it must be greater than or equal to 256.",
    "ORDER_MAX_ATTEMPTS=many": "ORDER_MAX_ATTEMPTS is “many”: it must be a whole number.",
    "ORDER_RETRY_SECONDS=soon": "ORDER_RETRY_SECONDS is “soon”: it must be a number.",
    "DEBUG=perhaps": "DEBUG is “perhaps”: it must be true or false.",
    "ARCHIVE_BASE_URL=archive.example.org": "ARCHIVE_BASE_URL is “archive.example.org”: it must be a URL that begins",
    "ARCHIVE_BASE_URL=https://": "ARCHIVE_BASE_URL is “https://”: it must name a host.",
    "FEATURES_VOCABULARY=/nowhere": "FEATURES_VOCABULARY is “/nowhere”: it must be a file that can be read, or an",
    "EVENTS_VOCABULARY=http://a.example/": "EVENTS_VOCABULARY is “http://a.example/”: it must be a file that can be",
    "METRICS_ALLOWED_ADDRESSES=10.0.0.0/8,x": "METRICS_ALLOWED_ADDRESSES is “x”: each part must be a network such as",
    "LOG_FORMAT=xml": "LOG_FORMAT is “xml”: it must be 'text' or 'json'.",
    "LOG_LEVEL=loud": "LOG_LEVEL is “loud”: it must be 'DEBUG', 'INFO', ",
    "X_ACCEL_PREFIX=data": "X_ACCEL_PREFIX is “data”: it must begin with /.",
    "SVO_MAX_REMOVALS=10": "SVO_MAX_REMOVALS is “10”: it must be less than or equal to 1.",
    "DATABASE_URL=mysql://me:hidden@host/name": "DATABASE_URL has a value that cannot be used: it must be a URL that",
    "CELERY_BROKER_URL=http://me:hidden@host": "CELERY_BROKER_URL has a value that cannot be used: it must be a URL",
    "EMAIL_URL=mail.example.org:hidden": "EMAIL_URL has a value that cannot be used: it must be a URL that begins with",
}


@pytest.mark.parametrize("setting", WRONG)
def test_a_wrong_value_is_named_with_what_it_may_be_and_secrets_are_not_shown(monkeypatch, setting):
    monkeypatch.setenv(*setting.split("=", 1))
    with pytest.raises(ImproperlyConfigured) as wrong:
        read_environment()
    assert str(wrong.value).startswith(WRONG[setting])
    assert "hidden" not in str(wrong.value)


def test_all_wrong_values_are_named_at_once_and_empty_ones_are_none(tmp_path):
    done = ask("settings.DEBUG", tmp_path, SVO_SYNC_HOUR="25", THUMBNAIL_SIDE="x", ORDER_LEASE_SECONDS="", DEBUG="")
    assert "THUMBNAIL_SIDE is" in done.stderr
    assert "SVO_SYNC_HOUR is" in done.stderr
    assert "ORDER_LEASE_SECONDS" not in done.stderr.splitlines()[-1]


PROCESSES = {
    "a command": ["manage.py", "check"],
    "the web server": ["-m", "gunicorn", "config.wsgi", "--bind", "127.0.0.1:0"],
    "a worker": ["-m", "celery", "-A", "config", "worker"],
    "beat": ["-m", "celery", "-A", "config", "beat"],
}


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_ends_at_its_start_and_names_what_is_wrong(tmp_path, process):
    environment = {"PATH": os.environ["PATH"], "LOCAL_ROOT": str(tmp_path), "SVO_SYNC_HOUR": "25"}
    command = [sys.executable, *PROCESSES[process]]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "SVO_SYNC_HOUR is “25”: it must be less than or equal to 23." in done.stdout + done.stderr


def test_the_table_and_the_example_of_settings_are_those_of_the_code():
    assert (PROJECT / TABLE).read_text() == table()
    assert (PROJECT / EXAMPLE).read_text() == example()


def test_the_example_is_a_file_of_settings_with_the_defaults(tmp_path):
    lines = [line[1:] for line in (PROJECT / EXAMPLE).read_text().splitlines() if re.match("#[A-Z_]+=", line)]
    given = dict(line.split("=", 1) for line in lines)
    assert set(given) == set(Environment.model_fields)
    wanted = "{name: str(getattr(read_environment(), name)) for name in Environment.model_fields}"
    script = f"import json; from config.environment import *; print(json.dumps({wanted}))"
    found = [
        json.loads(subprocess.check_output([sys.executable, "-c", script], cwd=PROJECT, env=environment, text=True))
        for environment in (given, {})
    ]
    assert found[0] == found[1]
