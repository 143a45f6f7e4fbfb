"""What the page of a cube shows of a person's request for it."""

from django import template
from django.contrib.auth.models import AnonymousUser, User

from accounts.access_requests.asking import waiting_request
from accounts.access_requests.models import AccessRequest
from accounts.access_requests.targets import Kind, Target
from datacubes.models import DataCube

register = template.Library()


@register.simple_tag
def waiting_request_for(user: User | AnonymousUser, cube: DataCube) -> AccessRequest | None:
    """Return the request of a person for a cube that waits for an answer."""
    return waiting_request(user, Target(Kind.CUBE, cube.oid)) if user.is_authenticated else None
