"""The options that sync_with_svo had in sst_archive and that are refused here."""

import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from config.environment import PROJECT_ROOT


@pytest.mark.parametrize(
    ("option", "setting"),
    [("--api-url", "SVO_API_URL"), ("--api-username", "SVO_USERNAME"), ("--api-key", "SVO_API_KEY")],
)
def test_how_to_reach_the_svo_is_refused_and_the_setting_named(option, setting):
    with pytest.raises(CommandError, match=f"{option} was an option of sst_archive.*{setting}") as refused:
        call_command("sync_with_svo", "--dry-run", option, "hidden-value")
    assert "hidden-value" not in str(refused.value)


def test_the_command_line_ends_with_the_sentence_and_an_exit_code(tmp_path):
    command = [sys.executable, "manage.py", "sync_with_svo", "--api-key=hidden-value"]
    environment = {"LOCAL_ROOT": str(tmp_path), "PATH": ""}
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, env=environment)
    assert done.returncode == 2
    assert "Set the environment variable SVO_API_KEY" in done.stderr
    assert "hidden-value" not in done.stdout + done.stderr
