"""What sst_archive knew of a cube, as values that a row holds until the cube is here."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Release:
    """A release date (None: restricted) and its comment."""

    day: date | None
    comment: str


@dataclass(frozen=True)
class Facts:
    """The release, the grants and the tags of a cube.

    Attributes
    ----------
    release
        None if sst_archive had no access rules of the cube.
    tags
        Pairs of kind and name.
    """

    release: Release | None = None
    emails: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    tags: list[tuple[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the facts as a row holds them."""
        values = asdict(self)
        if self.release:
            values["release"]["day"] = self.release.day.isoformat() if self.release.day else None
        values["tags"] = [list(tag) for tag in self.tags]
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Facts":
        """Return the facts of a row."""
        release = values.get("release")
        day = release and release["day"]
        return cls(
            release=Release(date.fromisoformat(day) if day else None, release["comment"]) if release else None,
            emails=list(values.get("emails", [])),
            groups=list(values.get("groups", [])),
            tags=[(kind, name) for kind, name in values.get("tags", [])],
        )

    def since(self, before: "Facts") -> "Facts":
        """Return what these facts have and earlier ones did not."""
        known = {email.lower() for email in before.emails}
        return Facts(
            release=None if self.release == before.release else self.release,
            emails=[email for email in self.emails if email.lower() not in known],
            groups=[group for group in self.groups if group not in before.groups],
            tags=[tag for tag in self.tags if tag not in before.tags],
        )
