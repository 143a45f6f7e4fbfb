"""docker-compose.yml, read as text: a Docker engine is not at hand where the tests run."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml

from config.environment import Environment

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES, NETWORKS = COMPOSE["services"], COMPOSE["networks"]
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "solar-archive"}


def variables_of_the_settings() -> set[str]:
    return set(Environment.model_fields)


def test_the_services_are_there():
    assert set(SERVICES) == {
        "db",
        "redis",
        "migrate",
        "web",
        "nginx",
        "worker",
        "svo-worker",
        "tap-worker",
        "keeper",
        "beat",
    }


@pytest.mark.parametrize("name", OURS)
def test_every_variable_of_the_settings_is_passed_on_or_fixed_and_no_other(name):
    fixed_by_the_image = {"LOCAL_ROOT", "SCIENCE_DATA_ROOT", "MEDIA_ROOT"}
    assert fixed_by_the_image <= set(re.findall(r"(\w+)=/", DOCKERFILE))
    assert set(OURS[name]["environment"]) == variables_of_the_settings() - fixed_by_the_image


def test_a_variable_that_is_not_set_keeps_the_default_of_the_settings():
    given = {key: value for key, value in OURS["web"]["environment"].items() if value is not None}
    needed = {"SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL"}
    assert {key for key, value in given.items() if "$" in value} == needed
    assert all(":?" in given[key] for key in needed)
    assert set(given) - needed == {"DEBUG", "X_ACCEL_PREFIX", "CLIENT_ADDRESS_HEADER"}


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

    consumed = set().union(*map(consumed_by, OURS))
    assert consumed == {queue.name for queue in app.conf.task_queues}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_service_has_a_health_check(name):
    command = SERVICES[name]["healthcheck"]["test"]
    assert command[0] in ("CMD", "CMD-SHELL")
    if command[0] == "CMD-SHELL" and shutil.which("sh"):
        subprocess.run(["sh", "-n", "-c", command[1].replace("$$", "$")], check=True)
        assert shlex.split(command[1])


def test_beat_sends_more_often_than_its_health_check_asks_for():
    import celeryconfig

    most_seconds = int(SERVICES["beat"]["healthcheck"]["test"][-1])
    assert most_seconds >= 3 * celeryconfig.SUBMISSION_SWEEP_SECONDS


def test_data_media_and_database_are_on_volumes():
    assert any(volume.endswith(":/var/lib/postgresql/data") for volume in SERVICES["db"]["volumes"])
    for service in OURS.values():
        targets = [volume.split(":/")[1] for volume in service["volumes"]]
        assert targets == ["data:ro", "media"]


def test_nothing_runs_as_root():
    assert all(service["user"] == "archive" for service in OURS.values())
    assert re.search(r"^USER archive$", DOCKERFILE, re.MULTILINE)
    others = {name: service.get("user") for name, service in SERVICES.items() if name not in OURS}
    assert others == {"db": "postgres", "redis": "redis", "nginx": None}
    assert "nginx-unprivileged" in SERVICES["nginx"]["image"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"] <= 512
    assert megabytes(service["mem_limit"]) <= 7 * 1024
    assert service["logging"]["driver"] == "json-file"
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}


def test_a_worker_has_memory_for_what_its_processes_may_take():
    from config import settings
    from previews.ffmpeg import ProcessBounds

    command = SERVICES["worker"]["command"]
    processes = int(command[command.index("--concurrency") + 1])
    each = settings.WORKER_MEMORY_LIMIT_MB + ProcessBounds().memory_bytes // 2**20
    [tmp] = SERVICES["worker"]["tmpfs"]
    # Its output is written to /tmp.
    assert megabytes(tmp.rpartition("=")[2]) * 2**20 >= processes * ProcessBounds().file_bytes
    assert processes * each + megabytes(tmp.rpartition("=")[2]) + 256 <= megabytes(SERVICES["worker"]["mem_limit"])


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_of_one_exact_version(name):
    if name in OURS:
        assert re.search(r"^FROM python:3\.11\.\d+-slim(@sha256:[0-9a-f]{64})?$", DOCKERFILE, re.MULTILINE)
    else:
        assert re.search(r":\d+\.\d+(\.\d+)?(@sha256:[0-9a-f]{64})?$", SERVICES[name]["image"])


def test_only_nginx_is_reached_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]


def test_each_service_reaches_those_that_it_needs_only():
    reached = {
        name: {other for other in SERVICES if other != name and networks(name) & networks(other)} for name in SERVICES
    }
    assert reached["nginx"] == {"web"}
    work = {"web", "worker", "svo-worker", "tap-worker", "keeper"}
    assert {name for name, others in reached.items() if "db" in others} == {"migrate", *work}
    assert {name for name, others in reached.items() if "redis" in others} == {"beat", *work}
    assert "redis" not in reached["db"]


def test_only_nginx_and_those_whose_tasks_ask_other_servers_have_a_way_out():
    from config.celery import app

    tasks = [
        "svo.tasks.send_next_submission",
        "svo.tasks.synchronise_with_svo",
        "common.mail.tasks.send_due_mail",
        "keeper.webhooks.tasks.send_due_deliveries",
        "datacubes.tasks.update_vocabularies",
    ]
    app.loader.import_default_modules()
    assert set(tasks) <= set(app.tasks)
    queues = {app.amqp.router.route({}, task)["queue"].name for task in tasks}
    needed = {name for name in OURS if queues & consumed_by(name)}
    has = {name for name in SERVICES if any(not is_internal(network) for network in networks(name))}
    assert has == needed | {"nginx"}


def test_the_documentation_lists_the_networks_and_their_members():
    text = (PROJECT / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (yes|no) \|$", text, re.MULTILINE)
    listed = {name: (set(re.findall("`([a-z-]+)`", members)), way_out == "no") for name, members, way_out in rows}
    actual = {name: ({one for one in SERVICES if name in networks(one)}, is_internal(name)) for name in NETWORKS}
    assert listed == actual


def networks(name: str) -> set[str]:
    return set(SERVICES[name]["networks"])


def is_internal(network: str) -> bool:
    return NETWORKS[network].get("internal", False)


def consumed_by(name: str) -> set[str]:
    command = OURS[name]["command"]
    return set(command[command.index("--queues") + 1].split(",")) if "--queues" in command else set()


def megabytes(size: str) -> int:
    return int(size[:-1]) * {"m": 1, "g": 1024}[size[-1]]


def copied_into_the_image() -> set[str]:
    lines = [line.split() for line in DOCKERFILE.splitlines() if line.startswith("COPY")]
    return {source for _, *sources, _ in lines for source in sources}


def test_everything_that_the_image_copies_is_there_and_let_in():
    let_in = (PROJECT / ".dockerignore").read_text().splitlines()
    for source in copied_into_the_image():
        assert (PROJECT / source).exists(), source
        assert f"!{source}" in let_in, source


def test_the_image_has_every_package_of_the_archive():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    packages = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages <= copied_into_the_image()


@cache
def run_here(*command: str) -> str:
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
