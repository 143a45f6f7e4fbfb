"""What the processes of the archive import when they start."""

import subprocess
import sys

SLOW = {"astropy", "numpy", "PIL"}
PAGES = {"config.urls", "rest_framework.views", "drf_spectacular.openapi", "catalogue.filters"}
HTTP_CLIENT = {"requests", "urllib3"}


def output_of(program: str) -> list[str]:
    """Return the words that a new process prints."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout.split()


def imported_by(program: str) -> set[str]:
    """Return the names of the modules that a new process has when it has run a program."""
    return set(output_of(f"{program}\nimport sys; print(*sys.modules)"))


def test_the_web_server_starts_without_the_packages_that_read_files():
    modules = imported_by("import config.wsgi, config.urls")
    assert "catalogue.downloads.views" in modules
    assert not modules & SLOW


def test_a_worker_imports_them_before_it_makes_its_processes_and_leaves_out_the_pages():
    modules = imported_by(
        "import config\n"
        "from celery.signals import worker_init\n"
        "config.celery_app.loader.import_default_modules()\n"
        "worker_init.send(sender=None)"
    )
    assert modules >= SLOW
    assert not modules & (PAGES | HTTP_CLIENT)


def test_garbage_is_collected_only_once_all_apps_are_loaded():
    program = (
        "import gc\n"
        "from django.apps import apps\n"
        "ready = []\n"
        "gc.callbacks.append(lambda phase, info: ready.append(apps.ready))\n"
        "import config.wsgi\n"
        "print(all(ready), gc.isenabled(), gc.get_freeze_count() > 10_000)"
    )
    assert output_of(program) == ["True", "True", "True"]
