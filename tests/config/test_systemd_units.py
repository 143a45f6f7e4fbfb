"""The units in deploy/systemd, as systemd itself reads them."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.services import ServiceMissing
from tests.config.test_compose import SERVICES, variables_of_the_settings
from tests.support.needed import needed

PROJECT = Path(__file__).resolve().parents[2]
UNITS = PROJECT / "deploy" / "systemd"
OF_COMPOSE = {
    "solar-archive-web.service": "web",
    "solar-archive-worker@.service": "worker",
    "solar-archive-svo-worker.service": "svo-worker",
    "solar-archive-keeper.service": "keeper",
    "solar-archive-tap-worker.service": "tap-worker",
    "solar-archive-beat.service": "beat",
}
HIGHEST_EXPOSURE = 20
"""In tenths; systemd calls up to 2.0 “OK”, which only “SAFE” is better than."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Iterator[Path]:
    """The units, for a project that is where this one is: their programs must be there."""
    with needed():
        if shutil.which("systemd-analyze") is None:
            raise ServiceMissing("systemd-analyze is not on this machine")
    folder = tmp_path_factory.mktemp("systemd") / "units"
    shutil.copytree(UNITS, folder)
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_text(path.read_text().replace("/opt/solar-archive", str(PROJECT)))
    return folder


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)


def test_systemd_finds_no_fault_in_them(installed):
    units = [*installed.glob("*.service"), *installed.glob("*.target")]
    done = analyze("verify", "--man=no", *units)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_systemd_finds_a_fault_where_there_is_one(installed, tmp_path):
    wrong = tmp_path / "wrong.service"
    wrong.write_text((installed / "solar-archive-beat.service").read_text().replace("MemoryMax=", "MemoryMost="))
    assert "MemoryMost" in analyze("verify", "--man=no", wrong).stderr


@pytest.mark.parametrize("unit", OF_COMPOSE)
def test_each_service_is_confined(installed, unit):
    done = analyze("security", "--no-pager", "--offline=true", f"--threshold={HIGHEST_EXPOSURE}", installed / unit)
    assert done.returncode == 0, done.stdout
    assert re.search(r"✓ ProtectSystem=", done.stdout)


def test_without_what_they_have_in_common_they_are_not_confined(installed, tmp_path):
    alone = shutil.copy(installed / "solar-archive-beat.service", tmp_path)
    done = analyze("security", "--no-pager", "--offline=true", f"--threshold={HIGHEST_EXPOSURE}", alone)
    assert done.returncode != 0


def test_the_target_starts_every_service():
    wanted = value(UNITS / "solar-archive.target", "Wants").split()
    assert (
        {re.sub(r"@\d+", "@", name) for name in wanted} == set(OF_COMPOSE) == {p.name for p in UNITS.glob("*.service")}
    )


@pytest.mark.parametrize(("unit", "service"), OF_COMPOSE.items())
def test_the_commands_and_the_limits_are_those_of_compose(unit, service):
    def without(command: list[str]) -> list[str]:
        """Leave out what says where this one listens, is called or keeps its schedule."""
        own = {"--bind", "--hostname", "--schedule"}
        pairs = zip(["", *command], command, strict=False)
        return [word for before, word in pairs if before not in own and word not in own]

    program, *arguments = shlex.split(value(UNITS / unit, "ExecStart"))
    command = [program.removeprefix("/opt/solar-archive/.venv/bin/"), *arguments]
    assert without(command) == without(SERVICES[service]["command"])
    assert value(UNITS / unit, "MemoryMax").lower() == SERVICES[service]["mem_limit"]


def test_a_worker_may_finish_what_it_has_begun():
    from config import settings

    assert value(UNITS / "solar-archive-worker@.service", "TimeoutStopSec") == "11min"
    assert settings.ORDER_TIME_LIMIT_SECONDS + 60 <= 11 * 60


def test_the_example_of_the_environment_names_settings_only():
    variables = re.findall(r"^(\w+)=", (UNITS / "environment.example").read_text(), re.MULTILINE)
    assert set(variables) <= variables_of_the_settings()
    assert {"SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "MEDIA_ROOT", "LOCAL_ROOT"} <= set(variables)


def test_the_folders_of_the_example_are_made_and_can_be_written_to():
    settings = dict(re.findall(r"^(\w+)=(.*)$", (UNITS / "environment.example").read_text(), re.MULTILINE))
    common = UNITS / "solar-archive-.service.d" / "confined.conf"
    made = [f"/var/lib/{name}" for name in value(common, "StateDirectory").split()]
    assert made == [settings["LOCAL_ROOT"], settings["MEDIA_ROOT"]]
    assert value(common, "ReadWritePaths") == settings["LOCAL_ROOT"]


def value(unit: Path, name: str) -> str:
    [found] = re.findall(rf"^{name}=(.*)$", unit.read_text(), re.MULTILINE)
    return found
