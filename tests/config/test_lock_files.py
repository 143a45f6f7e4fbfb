"""The lock files hold what every supported Python needs, not only the one that they were made on."""

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[2]
OLDEST = {"python_version": "3.11", "python_full_version": "3.11.0", "extra": ""}


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_what_the_oldest_python_needs_is_locked(lock):
    names = re.findall(r"^([\w.-]+)==", (PROJECT / lock).read_text(), re.MULTILINE)
    locked = {canonicalize_name(name) for name in names}
    needed = {
        canonicalize_name(requirement.name): name
        for name in names
        for requirement in map(Requirement, requires(name) or [])
        if requirement.marker is None or requirement.marker.evaluate(OLDEST)
    }
    assert len(needed) > 20
    assert {name: by for name, by in needed.items() if name not in locked} == {}
