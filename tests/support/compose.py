"""The services of docker-compose.yml as processes: its commands, where the root cannot be written to.

No Docker engine is needed: a process runs in a mount namespace of its own.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from devtools.services import ServiceMissing
from devtools.stack import Stack

PROJECT = Path(__file__).resolve().parents[2]
SERVICES: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]

# $1 is the volume, $2 the folder in memory. `test -w` fails for root too where the file system is read-only.
_NAMESPACE = ["unshare", "--map-root-user", "--mount"]
_READ_ONLY = """
set -e
mount --rbind / /
mount --bind "$1" "$1"
mount -o remount,bind,ro /
mount -t tmpfs -o size=256m tmpfs "$2"
[ ! -w . ] && [ -w "$1" ] && [ -w "$2" ]
shift 2
exec "$@"
"""


def command_of(service: str, replaced: dict[str, str]) -> list[str]:
    """Return the command of a service, with other texts for those that hold in its container only."""
    return [_replace(part, replaced) for part in SERVICES[service]["command"]]


def health_check_of(service: str, replaced: dict[str, str]) -> list[str]:
    """Return the command of its health check."""
    kind, *command = SERVICES[service]["healthcheck"]["test"]
    command = [_replace(part, replaced) for part in command]
    return ["sh", "-c", *command] if kind == "CMD-SHELL" else command


def start_read_only(stack: Stack, service: str, volume: Path, memory: Path, replaced: dict[str, str]) -> None:
    """Start a service as one of the stack's processes; it can write to `volume` and `memory` only.

    Raises
    ------
    ServiceMissing
        If this machine gives no namespace, or no read-only root in it.
    """
    memory.mkdir(parents=True)
    program, *arguments = command_of(service, {"/tmp/": f"{memory}/"} | replaced)
    wrapped = [*_NAMESPACE, "sh", "-c", _READ_ONLY, "sh", str(volume), str(memory)]
    environment = stack.environment | {"HOME": str(PROJECT), "TMPDIR": str(memory)}
    if shutil.which("unshare") is None or subprocess.run([*wrapped, "true"], cwd=PROJECT).returncode:
        raise ServiceMissing("no namespace with a read-only root can be made, which needs unshare and its permission")
    with (stack.logs / f"{service}.log").open("ab") as log:
        stack.processes[service] = subprocess.Popen(
            [*wrapped, str(Path(sys.executable).with_name(program)), *arguments],
            cwd=PROJECT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


def _replace(text: str, replaced: dict[str, str]) -> str:
    text = text.replace("$$", "$")  # As compose does.
    for container, here in replaced.items():
        text = text.replace(container, here)
    return text
