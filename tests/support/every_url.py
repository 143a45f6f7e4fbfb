"""A URL for each route of the archive."""

import re
from collections.abc import Mapping

from django.urls import URLPattern, URLResolver

EXAMPLES = {"object_id": "1", "id": "1", "content_type_id": "1", "app_label": "auth", "path": "a.jpg", "pk": "1"}


def all_urls(
    patterns: list[URLPattern | URLResolver], before: str = "/", examples: Mapping[str, str] = EXAMPLES
) -> list[str]:
    """Return a URL for each route, with an example for each of its parameters."""

    def example(parameter: re.Match[str]) -> str:
        return examples.get(parameter[1] or parameter[2], "x")

    urls = []
    for pattern in patterns:
        route = before + str(pattern.pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        if isinstance(pattern, URLResolver):
            urls += all_urls(pattern.url_patterns, route, examples)
        else:
            url = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)|<(?:\w+:)?(\w+)>", example, route)
            assert not set("()<>^$?") & set(url), url
            urls.append(url)
    return urls
