"""nginx with the project's own configuration, in front of a gunicorn of the tests."""

import os
import shutil
import subprocess
from pathlib import Path

import requests

from devtools.services import ServiceMissing, free_port, wait_until

PROJECT = Path(__file__).resolve().parents[2]

_MAIN = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/archive.conf;
}}
"""


class NginxServer:
    """A running nginx.

    Parameters
    ----------
    gunicorn
        Host and port of what it stands in front of.
    data
        The science data folder.
    folder
        For its configuration, its log and what it buffers.
    """

    def __init__(self, gunicorn: str, data: Path, folder: Path) -> None:
        # Debian keeps it where only root looks.
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if program is None:
            raise ServiceMissing("nginx is not on this machine")
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        configuration = (PROJECT / "nginx.conf").read_text()
        for ours, here in (
            ("listen 8080;", f"listen 127.0.0.1:{self.port};"),
            ("http://web:8000;", f"http://{gunicorn};"),
            ("alias /data/;", f"alias {data}/;"),
            ("from=/data/;", f"from={data}/;"),
        ):
            assert configuration.count(ours) == 1, ours
            configuration = configuration.replace(ours, here)
        folder.mkdir(exist_ok=True)
        (folder / "archive.conf").write_text(configuration)
        # The folders of tests are for their owner alone, and nginx would lend its processes another user.
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, user=user))
        self.command = [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]

    def __enter__(self) -> "NginxServer":
        self._process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)
        wait_until(self._answers, "nginx answers")
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.base_url}/metrics", timeout=2).status_code == 404
        except requests.ConnectionError:
            return False
