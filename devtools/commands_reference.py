"""``python -m devtools.commands_reference [--write]``: `docs/commands.md`, made from the commands' own help.

Without ``--write`` it fails if the file differs from what would be made.
"""

import argparse
import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django.core.management import find_commands, load_command_class

from config.environment import PROJECT_ROOT
from devtools.generated import write_or_compare

PAGE = PROJECT_ROOT / "docs" / "commands.md"

_HEAD = """\
# Commands

Commands of `manage.py`, made from their own help by `python -m devtools.commands_reference --write`. Each takes the
options of all Django commands, too, such as `--verbosity`.
"""
_OF_EVERY_COMMAND = {"help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color"}


def page() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for app in sorted(apps.get_app_configs(), key=lambda app: app.name):
        if Path(app.path).is_relative_to(PROJECT_ROOT) and ".venv" not in app.path:
            parts += [_section(app.name, name) for name in find_commands(os.path.join(app.path, "management"))]
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Compare the page with what would be made, or write it; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    return write_or_compare(arguments, "devtools.commands_reference", {PAGE: page()})


def _section(app_name: str, name: str) -> str:
    command = load_command_class(app_name, name)
    parser = command.create_parser("manage.py", name)
    lines = [f"## {name}", "", str(command.help), ""]
    options = [action for action in parser._actions if action.dest not in _OF_EVERY_COMMAND | {"skip_checks"}]
    if options:
        lines += ["| option | meaning |", "| --- | --- |"]
        lines += [f"| `{_shown(action)}` | {action.help or ''} |" for action in options]
        lines.append("")
    return "\n".join(lines)


def _shown(action: argparse.Action) -> str:
    if not action.option_strings:
        return str(action.metavar or action.dest).upper()
    value = "" if action.nargs == 0 else f" {str(action.metavar or action.dest).upper()}"
    return f"{', '.join(action.option_strings)}{value}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
