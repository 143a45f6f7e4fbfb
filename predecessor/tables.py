"""The tables of sst_archive that are read, as values. Texts are as they come: nothing here is checked."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from predecessor.source import Column, Row, Source, flag, moment, number, text

ROWS_AT_ONCE = 100
"""People or cubes that are read, and written here, at once."""

MOST_OF_A_COMMENT = 10_000

USER = (
    number("id"),
    text("username", 150),
    text("first_name", 150),
    text("last_name", 150),
    text("email", 254),
    text("password", 128),
    flag("is_active"),
    flag("is_staff"),
    flag("is_superuser"),
    moment("date_joined"),
)
ADDRESS = (number("user_id"), text("email", 254), flag("verified"), flag("primary"))
PROFILE = (
    number("user_id"),
    text("affiliation", 100),
    text("purpose", 190),
    moment("email_verification_date"),
    flag("email_reverification_disabled"),
)
TOKEN = (number("user_id"), text("key", 40))
MEMBERSHIP = (number("user_id"), number("group_id"))
REQUEST = (number("user_id"), text("validation_result", 40))
GROUP = (number("id"), text("name", 150))
CUBE = (
    number("id"),
    text("oid", 255),
    text("filename", 255),
    text("path", 2000),
    text("instrument_id", 255),
    flag("events_ingested"),
    flag("features_ingested"),
)
ACCESS = (
    number("data_cube_id"),
    moment("release_date"),
    text("release_comment", MOST_OF_A_COMMENT),
    text("original_data_class", 40),
)
EMAIL_GRANT = (number("data_cube_id"), text("user_email", 254))
GROUP_GRANT = (number("data_cube_id"), number("group_id"))
CUBE_TAG = (number("datacube_id"), text("tag_id", 64))
TAG = (text("name", 64), number("type"))
OBSERVATION = (number("id"), text("point_id", 255))


@dataclass(frozen=True)
class Address:
    """An e-mail address of a person."""

    email: str
    verified: bool
    primary: bool


@dataclass
class Person:
    """An account of sst_archive, with all that belongs to it."""

    number: int
    username: str
    first_name: str
    last_name: str
    email: str
    password: str = field(repr=False)
    is_active: bool
    is_staff: bool
    is_superuser: bool
    date_joined: str
    affiliation: str = ""
    purpose: str = ""
    verified_on: str = ""
    never_again: bool = False
    addresses: list[Address] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    token: str = field(default="", repr=False)
    asks_for_swedish_data: bool = False


@dataclass(frozen=True)
class Access:
    """The access rules of a cube."""

    release_date: str
    release_comment: str
    data_class: str


@dataclass
class Cube:
    """A cube of sst_archive, with its access rules, grants and tags."""

    number: int
    oid: str
    filename: str
    path: str
    instrument: str
    events_ingested: bool
    features_ingested: bool
    access: Access | None = None
    emails: list[str] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def groups(source: Source) -> dict[int, str]:
    """Return the names of the groups by their numbers."""
    return dict(source.every("auth_group", GROUP))  # type: ignore[arg-type]


def tag_types(source: Source) -> dict[str, int]:
    """Return the type of each tag."""
    return dict(source.every("observations_tag", TAG))  # type: ignore[arg-type]


def observations(source: Source) -> Iterator[list[tuple[int, str]]]:
    """Return the POINT_ID of each observation's number, batch by batch."""
    for rows in _batches(source, "observations_observation", OBSERVATION):
        yield [(int(number or 0), str(point_id or "")) for number, point_id in rows]


def people(source: Source) -> Iterator[list[Person]]:
    """Return all people, batch by batch."""
    for rows in _batches(source, "auth_user", USER):
        batch = [Person(*map(_plain, row, USER)) for row in rows]
        related = _Related(source, [person.number for person in batch])
        addresses = related.by_key("account_emailaddress", ADDRESS, "user_id", Address)
        profiles = related.by_key("core_userprofile", PROFILE, "user_id", lambda *values: values)
        tokens = related.by_key("authtoken_token", TOKEN, "user_id", str)
        memberships = related.by_key("auth_user_groups", MEMBERSHIP, "user_id", int)
        requests = related.by_key("data_access_swedishuservalidationrequest", REQUEST, "user_id", str)
        for person in batch:
            person.addresses, person.groups = addresses[person.number], memberships[person.number]
            person.token = next(iter(tokens[person.number]), "")
            person.asks_for_swedish_data = any(map(_is_open, requests[person.number]))
            for affiliation, purpose, verified_on, never_again in profiles[person.number]:
                person.affiliation, person.purpose = affiliation, purpose
                person.verified_on, person.never_again = verified_on, never_again
        yield batch


def cubes(source: Source) -> Iterator[list[Cube]]:
    """Return all cubes, batch by batch."""
    for rows in _batches(source, "observations_datacube", CUBE):
        batch = [Cube(*map(_plain, row, CUBE)) for row in rows]
        related = _Related(source, [cube.number for cube in batch])
        access = related.by_key("data_access_datacubeaccesscontrol", ACCESS, "data_cube_id", Access)
        emails = related.by_key("data_access_datacubeusergrant", EMAIL_GRANT, "data_cube_id", str)
        group_grants = related.by_key("data_access_datacubegroupgrant", GROUP_GRANT, "data_cube_id", int)
        tags = related.by_key("observations_datacube_tags", CUBE_TAG, "datacube_id", str)
        for cube in batch:
            cube.access = next(iter(access[cube.number]), None)
            cube.emails, cube.groups, cube.tags = emails[cube.number], group_grants[cube.number], tags[cube.number]
        yield batch


Made = TypeVar("Made")


class _Related:
    """The rows of other tables that belong to a batch."""

    def __init__(self, source: Source, numbers: list[int]) -> None:
        self._source = source
        self._numbers = numbers

    def by_key(
        self, table: str, columns: tuple[Column, ...], key: str, make: Callable[..., Made]
    ) -> dict[int, list[Made]]:
        """Return what `make` makes of the other columns, by the key, which is the first column."""
        made: dict[int, list[Made]] = defaultdict(list)
        for row in self._source.of(table, columns, key, self._numbers):
            owner, *values = map(_plain, row, columns)
            made[owner].append(make(*values))
        return made


def _batches(source: Source, table: str, columns: tuple[Column, ...]) -> Iterator[list[Row]]:
    after = -1
    while rows := source.first(table, columns, "id", after, ROWS_AT_ONCE):
        after = int(rows[-1][0] or 0)
        yield rows


def _plain(value: Any, column: Column) -> Any:
    """Return a value with its type; NULL is empty, 0 or False."""
    if column.form == "flag":
        return bool(value)
    return (value or 0) if column.form == "number" else (value or "")


def _is_open(result: str) -> bool:
    """Return whether staff have not yet decided on a request; the word is “not processed”, in some spelling."""
    return "not" in result.lower()
