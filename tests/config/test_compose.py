"""docker-compose.yml, read as text: a Docker engine is not at hand where the tests run."""

import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "solar-archive"}


def variables_of_the_settings() -> set[str]:
    settings = (PROJECT / "config" / "settings.py").read_text()
    return set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))


def test_the_services_are_there():
    assert set(COMPOSE["services"]) == {"db", "redis", "migrate", "web", "nginx", "worker", "svo-worker", "beat"}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_the_settings_read(name):
    assert set(OURS[name]["environment"]) <= variables_of_the_settings()


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_that_the_project_has(name):
    program, *arguments = OURS[name]["command"]
    if program == "python":
        assert arguments[0] == "manage.py"
        run_here(sys.executable, "manage.py", *arguments[1:], "--help")
    elif program == "celery":
        assert arguments[:2] == ["-A", "config"]
        help_text = run_here(sys.executable, "-m", "celery", *arguments[:3], "--help")
        assert all(option in help_text for option in arguments[3:] if option.startswith("--"))
    else:
        assert program == "gunicorn"
        assert arguments[0] == "config.wsgi"
        run_here(sys.executable, "-m", "gunicorn", *arguments, "--check-config")


def test_the_queues_are_those_of_celery():
    from config.celery import app

    consumed = {
        queue
        for service in OURS.values()
        if "--queues" in service["command"]
        for queue in service["command"][service["command"].index("--queues") + 1].split(",")
    }
    assert consumed == {queue.name for queue in app.conf.task_queues}


@pytest.mark.parametrize("name", sorted(set(COMPOSE["services"]) - {"migrate"}))
def test_every_service_has_a_health_check(name):
    command = COMPOSE["services"][name]["healthcheck"]["test"]
    assert command[0] in ("CMD", "CMD-SHELL")
    if command[0] == "CMD-SHELL" and shutil.which("sh"):
        subprocess.run(["sh", "-n", "-c", command[1].replace("$$", "$")], check=True)
        assert shlex.split(command[1])


def test_data_media_and_database_are_on_volumes():
    assert any(volume.endswith(":/var/lib/postgresql/data") for volume in COMPOSE["services"]["db"]["volumes"])
    for service in OURS.values():
        targets = [volume.split(":/")[1] for volume in service["volumes"]]
        assert targets == ["data:ro", "media"]


def test_nothing_runs_as_root():
    assert all(service["user"] == "archive" for service in OURS.values())
    assert re.search(r"^USER archive$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)


def test_everything_that_the_image_copies_is_there():
    for line in (PROJECT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY"):
            for source in line.split()[1:-1]:
                assert (PROJECT / source).exists(), source


@cache
def run_here(*command: str) -> str:
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
