"""Brings the people of sst_archive: accounts, addresses, memberships of groups, tokens."""

from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from accounts.models import APIToken
from accounts.tokens import digest_of
from predecessor.accounts_here import AccountsHere, has_rights
from predecessor.accounts_made import give_belongings, make_account
from predecessor.belongings import Belongings
from predecessor.checks import Refused, clean_email, is_password, is_token
from predecessor.models import ImportedPerson
from predecessor.report import Report
from predecessor.tables import Address, Person

_NO_PASSWORD = "!"  # noqa: S105 - so Django begins the hash of an account without a password.


@dataclass
class _Decision:
    """What is to be done for one person.

    Attributes
    ----------
    row
        What was taken over of the person; not saved if this import sees them for the first time.
    user
        The account; not saved if it is to be made.
    owned
        All that the person has there and may have here.
    added
        What the account has not been given yet.
    """

    person: Person
    row: ImportedPerson
    user: User
    owned: Belongings
    added: Belongings


@dataclass
class PeopleImport:
    """The import of people, batch by batch.

    Attributes
    ----------
    groups
        The group here of each number there.
    """

    groups: dict[int, str]
    report: Report
    is_plan: bool
    _here: AccountsHere = field(default_factory=AccountsHere)

    def take(self, batch: list[Person]) -> None:
        """Take over some hundred people, each in a transaction."""
        rows = ImportedPerson.objects.select_related("user")
        known = {row.number: row for row in rows.filter(number__in=[person.number for person in batch])}
        emails = {email.lower() for person in batch for email in [person.email, *_emails(person.addresses)]}
        self._here.look_up(emails - {""}, [person.username for person in batch])
        for person in batch:
            row = known.get(person.number)
            try:
                decision = self._of_known(person, row) if row else self._of_new(person)
                if decision and not self.is_plan:
                    self._write(decision)
            except Refused as refused:
                self.report.refuse(f"people: {refused}", described(person))
            except IntegrityError:
                self.report.refuse(
                    "people: somebody changed the account at the same time; import again", described(person)
                )

    def _of_known(self, person: Person, row: ImportedPerson) -> _Decision | None:
        """Decide for a person of an earlier import: only what they have got there since is added."""
        owned = self._owned(person, Report())  # What was refused before is not reported again.
        added = owned.since(row.taken)
        if not added:
            return None
        if not row.user:
            raise Refused("their account was deleted here; it is not made again")
        return self._decision(person, row, row.user, owned, added)

    def _of_new(self, person: Person) -> _Decision:
        owned = self._owned(person, self.report)
        email = self._main_email(person, owned)
        user = self._here.same_person(owned.emails, email)
        if user and not (user.is_active and person.is_active):
            raise Refused("their account is closed, there or here, and an account here has the address")
        self._note(person, is_new=not user)
        if user:
            self.report.took("people who have an account here")
        else:
            user = self._new_user(person, email)
            self._here.add(user, owned.emails, email)
        return self._decision(person, ImportedPerson(number=person.number), user, owned, owned.since({}))

    def _decision(
        self, person: Person, row: ImportedPerson, user: User, owned: Belongings, added: Belongings
    ) -> _Decision:
        if added.token and not self._may_have_token(person, user, added.token):
            added.token = ""
        added.emails = [email for email in added.emails if self._may_have_address(user, email)]
        self.report.took("verified e-mail addresses", len(added.emails))
        self.report.took("memberships of groups", len(added.groups))
        self.report.took("tokens", int(bool(added.token)))
        return _Decision(person, row, user, owned, added)

    def _owned(self, person: Person, report: Report) -> Belongings:
        """Return what a person has there, without what cannot be taken over."""
        owned = Belongings(groups=sorted({self.groups[number] for number in person.groups if number in self.groups}))
        for address in person.addresses:
            try:
                email = clean_email(address.email).lower()
            except Refused as refused:
                report.refuse(f"e-mail addresses: {refused}", address.email)
                continue
            if not address.verified:
                report.note("e-mail addresses that were not verified there; they count for no grant", email)
            elif email not in owned.emails:
                owned.emails.append(email)
        if person.token and not is_token(person.token):
            report.refuse("tokens: this is not the key of a token", described(person))
        elif person.token:
            owned.token = person.token
        return owned

    def _main_email(self, person: Person, owned: Belongings) -> str:
        """Return the address of the account: a verified one before others, the primary one before others."""
        ranked = sorted(person.addresses, key=lambda address: (not address.verified, not address.primary))
        for email in [*_emails(ranked), person.email]:
            try:
                return clean_email(email).lower()
            except Refused:
                continue
        return ""

    def _new_user(self, person: Person, email: str) -> User:
        full_name = f"{person.first_name} {person.last_name}".strip()
        instead = [full_name[:150], email.partition("@")[0], f"user{person.number}"]
        name, reason = self._here.free_name(person.username, instead)
        if reason:
            self.report.note(f"accounts with another name, because {reason}", person.username)
        self.report.took("accounts")
        return User(username=name, email=email, is_active=person.is_active)

    def _note(self, person: Person, *, is_new: bool) -> None:
        """Report what staff must do for a person."""
        note = self.report.note
        if person.is_staff or person.is_superuser:
            note(
                "staff and superusers there, who are neither here; put them into the group Archive staff",
                described(person),
            )
        if person.asks_for_swedish_data:
            note("people who have asked for Swedish data without an answer; they ask again here", described(person))
        has_password = bool(person.password) and not person.password.startswith(_NO_PASSWORD)
        if not is_new:
            note("passwords there that are not used, because the account here has its own", described(person))
        elif has_password and not is_password(person.password):
            self.report.refuse(
                "passwords: not PBKDF2 as Django writes it; the person asks for a new one", described(person)
            )
        if is_new and not person.is_active:
            note("closed accounts, which stay closed", described(person))

    def _may_have_token(self, person: Person, user: User, key: str) -> bool:
        """Return whether an account may use a token; one with rights may not, as the token would gain them."""
        if user.pk and has_rights(user):
            self.report.refuse(
                "tokens: the account here has rights, which an old token does not get; make a new one",
                described(person),
            )
            return False
        other = APIToken.objects.filter(digest=digest_of(key)).exclude(user=user.pk).exists()
        if other:
            self.report.refuse("tokens: another account here has the token", described(person))
            return False
        self.report.note("accounts with a token: those of pipelines need the group Pipeline", described(person))
        return True

    def _may_have_address(self, user: User, email: str) -> bool:
        if self._here.is_free(email, user):
            return True
        self.report.refuse("e-mail addresses: another account here has it", email)
        return False

    def _write(self, decision: _Decision) -> None:
        row, user = decision.row, decision.user
        with transaction.atomic():
            if not user.pk:
                make_account(user, decision.person, decision.added.emails)
            give_belongings(user, decision.added)
            row.user = user
            row.taken = decision.owned.as_json()
            row.save()


def described(person: Person) -> str:
    """Return the address or the name of a person, for the report."""
    return person.email or person.username or str(person.number)


def _emails(addresses: list[Address]) -> list[str]:
    return [address.email for address in addresses]
