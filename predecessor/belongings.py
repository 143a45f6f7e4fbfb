"""What a person has besides the account: verified addresses, memberships of groups, a token."""

from dataclasses import dataclass, field
from typing import Any

from accounts.tokens import digest_of


@dataclass
class Belongings:
    """Verified addresses in small letters, names of groups here, and the key of a token."""

    emails: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    token: str = field(default="", repr=False)

    def as_json(self) -> dict[str, Any]:
        """Return what a row keeps of them: of the token, the digest."""
        return {"emails": self.emails, "groups": self.groups, "token": digest_of(self.token) if self.token else ""}

    def since(self, before: dict[str, Any]) -> "Belongings":
        """Return what a row does not have yet."""
        is_known = bool(self.token) and digest_of(self.token) == before.get("token")
        return Belongings(
            emails=[email for email in self.emails if email not in before.get("emails", ())],
            groups=[group for group in self.groups if group not in before.get("groups", ())],
            token="" if is_known else self.token,
        )

    def __bool__(self) -> bool:
        return bool(self.emails or self.groups or self.token)
