"""The code in README, CONTRIBUTING and the documentation: programs compile, and what they name exists."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.test import Client
from django.urls import Resolver404, resolve

from datacubes.models import Tag

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md"), PROJECT / "clients" / "python" / "README.md"]
)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
TARGETS = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
TO_BE_WRITTEN = {"cubefile/telescopes/vtt.py"}
"""Files that the reader of a document makes."""
FILES = {str(path.relative_to(PROJECT)) for path in PROJECT.rglob("*.py") if ".venv" not in path.parts}


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (path.name, code) for path in DOCUMENTS for found, code in BLOCK.findall(path.read_text()) if found == language
    ]


def everything() -> list[tuple[str, str]]:
    return [(path.name, path.read_text()) for path in DOCUMENTS]


@pytest.mark.parametrize(("document", "code"), blocks("python"))
def test_programs_compile(document, code):
    compile(code, document, "exec")


@pytest.mark.parametrize(("document", "code"), blocks("json"))
def test_json_is_json(document, code):
    json.loads(code)


@pytest.mark.parametrize(("document", "text"), everything())
def test_commands_of_make_and_manage_exist(document, text):
    assert set(re.findall(r"`make ([a-z]+)", text)) | set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE)) <= TARGETS
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= set(get_commands())


@pytest.mark.parametrize(("document", "text"), everything())
def test_modules_that_are_run_exist(document, text):
    modules = set(re.findall(r"python -m ((?:devtools|benchmarks|demo|tests)[a-z_.]*)", text))
    paths = {module.rstrip(".").replace(".", "/") for module in modules}
    assert {path for path in paths if not {f"{path}.py", f"{path}/__main__.py"} & FILES} == set()


@pytest.mark.parametrize(("document", "text"), everything())
def test_files_that_are_named_exist(document, text):
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|html|yml|toml))`", text))
    assert {name for name in named - TO_BE_WRITTEN if not (PROJECT / name).exists()} == set()


@pytest.mark.parametrize(("document", "text"), everything())
def test_addresses_of_the_api_resolve(document, text):
    wrong = []
    for path in set(re.findall(r"(/api/v1/[a-z0-9/_-]*)", text)):
        try:
            resolve(path if path.endswith("/") else f"{path}/")
        except Resolver404:
            wrong.append(path)
    assert wrong == []


@pytest.mark.django_db
def test_questions_of_the_documentation_are_answered():
    """Each address of a list with parameters, as `curl` or a table asks for it."""
    asked = {
        query.rstrip("'\"`")
        for _, text in everything()
        for query in re.findall(r"/api/v1/data-cubes/(\?[^\s'\"`)]+)", text)
        if "<" not in query and "…" not in query
    }
    assert asked
    client = Client()
    Tag.objects.create(kind="feature", name="Sunspot")
    statuses = {query: client.get(f"/api/v1/data-cubes/{query}").status_code for query in asked}
    assert {query: status for query, status in statuses.items() if status != 200} == {}
