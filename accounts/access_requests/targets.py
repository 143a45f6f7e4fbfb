"""What can be asked for: restricted cubes, observations with such cubes, and groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from django.contrib.auth.models import User
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.access_requests.models import AccessRequest, JoinableGroup
from catalogue.links import cube_page_path
from datacubes.granted import may_download_all
from datacubes.grants import grant_to_address, restricted_cubes
from datacubes.models import DataCube, Observation

Kind = AccessRequest.Kind


@dataclass(frozen=True)
class Target:
    """A cube (by OID), an observation (by POINT_ID) or a group (by title)."""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.name} {self.key}"

    @property
    def name(self) -> str:
        """What it is."""
        return f"the {Kind(self.kind).label}"

    @property
    def path(self) -> str:
        """The path of the page that shows it."""
        if self.kind == Kind.CUBE:
            return cube_page_path(self.key)
        if self.kind == Kind.OBSERVATION:
            return f"{reverse('catalogue')}?observation={quote(self.key, safe='')}"
        return reverse("access-requests")

    @cached_property
    def group(self) -> JoinableGroup | None:
        """The group, unless nobody may ask for it any more."""
        return JoinableGroup.objects.select_related("group").filter(title=self.key).first()

    @property
    def restricted(self) -> QuerySet[DataCube]:
        """The cubes that access to it opens."""
        return restricted_cubes().filter(**{"oid" if self.kind == Kind.CUBE else "observation__point_id": self.key})

    @property
    def is_known(self) -> bool:
        """Whether it is, or was, in the archive."""
        match self.kind:
            case Kind.CUBE:
                return DataCube.every.filter(oid=self.key).exists()
            case Kind.OBSERVATION:
                return Observation.objects.filter(point_id=self.key).exists()
        return bool(self.group)

    def why_settled(self) -> str:
        """Return why access to it cannot or need not be given, as a sentence; empty if it can."""
        if self.kind == Kind.GROUP:
            return "" if self.group else "Nobody can ask for this group any more."
        if self.restricted.exists():
            return ""
        if self.kind == Kind.OBSERVATION:
            return "This observation has no restricted cubes: its cubes are public, or were withdrawn."
        if DataCube.objects.filter(oid=self.key).exists():
            return "This cube is public: everybody can download it."
        return "This cube was withdrawn or removed."

    def is_open_to(self, person: User) -> bool:
        """Return whether a person has the access already."""
        if self.kind == Kind.GROUP:
            return JoinableGroup.objects.filter(title=self.key, group__user=person).exists()
        return may_download_all(person, self.restricted)

    def open_to(self, person: User, email: str) -> Sequence[Model]:
        """Give a person the access, and return the cubes or the group. Needs a transaction."""
        if self.kind != Kind.GROUP:
            return grant_to_address(self.restricted, email)
        if not self.group:
            return []
        person.groups.add(self.group.group)
        return [self.group.group]


def target_of(request: AccessRequest) -> Target:
    """Return what a request asks for."""
    return Target(request.kind, request.target)


def settled(requests: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
    """Return those of some requests that leave nothing to give, by the rules of `Target.why_settled`."""
    key = OuterRef("target")
    open_still = (
        Q(Exists(restricted_cubes().filter(oid=key)), kind=Kind.CUBE)
        | Q(Exists(restricted_cubes().filter(observation__point_id=key)), kind=Kind.OBSERVATION)
        | Q(Exists(JoinableGroup.objects.filter(title=key)), kind=Kind.GROUP)
    )
    return requests.exclude(open_still)
