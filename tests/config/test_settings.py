"""Settings from environment variables, tried in processes of their own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("document", ["README.md"])
def test_every_variable_of_the_settings_is_documented(document):
    settings = (PROJECT / "config" / "settings.py").read_text()
    variables = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings)) | {"DATABASE_URL"}
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (PROJECT / document).read_text(), re.MULTILINE))
    assert variables == documented
