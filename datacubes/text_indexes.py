"""The columns of cubes that are searched for parts of texts, and their indexes."""

from typing import Any

from django.apps.registry import Apps
from django.apps.registry import apps as installed_apps

from common import text_indexes

TEXTS = (("DataCube", "oid"), ("DataCube", "filename"), ("Metadata", "observer"), ("EmailGrant", "email"))
"""Each by its model."""


def add_text_indexes(
    using: str, apps: Apps = installed_apps, verbosity: int = 1, stdout: Any = None, **kwargs: Any
) -> None:
    """Add the indexes that are missing; the receiver of `post_migrate`."""
    text_indexes.add_text_indexes("datacubes", TEXTS, using, apps, verbosity, stdout)
