"""What the page of a cube shows of requests for access."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser, User

from common.hooks import Hook
from datacubes.models import DataCube

asked_at: Hook[[User | AnonymousUser, DataCube], datetime | None] = Hook("say when a person asked for access to a cube")
"""Returns when the person made the request that waits for an answer; None without such a request."""
