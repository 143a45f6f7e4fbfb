"""Release dates and grants of many cubes at once."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from common.email_addresses import split_addresses
from datacubes.models import AccessRules, DataCube, EmailGrant, GroupGrant
from datacubes.models.access import MAX_EMAIL_LENGTH

MAX_ADDRESSES = 100
ADDRESSES = "E-mail addresses, separated by commas, semicolons, spaces or line breaks."


@dataclass(frozen=True)
class AccessChange:
    """A change of the access to cubes.

    Attributes
    ----------
    sets_release
        Whether the release is replaced by `release_date` (None: restricted) and `release_comment`.
    """

    sets_release: bool = False
    release_date: date | None = None
    release_comment: str = ""
    add_emails: list[str] = field(default_factory=list)
    remove_emails: list[str] = field(default_factory=list)
    add_groups: list[Group] = field(default_factory=list)
    remove_groups: list[Group] = field(default_factory=list)

    def apply(self, cubes: QuerySet[DataCube]) -> int:
        """Change the access to some hundreds of cubes in one transaction, and return how many there were.

        Their rows are locked first, as an ingestion locks them, so that neither undoes what the other does.
        """
        with transaction.atomic():
            ids = list(cubes.select_for_update().order_by("pk").values_list("pk", flat=True))
            if self.sets_release:
                AccessRules.objects.bulk_create(
                    [AccessRules(cube_id=pk, **self._release) for pk in ids],
                    update_conflicts=True,
                    unique_fields=["cube"],
                    update_fields=list(self._release),
                )
            if self.remove_emails:
                EmailGrant.objects.to(*self.remove_emails).filter(cube__in=ids).delete()
            if self.remove_groups:
                GroupGrant.objects.filter(cube__in=ids, group__in=self.remove_groups).delete()
            EmailGrant.objects.bulk_create(
                (EmailGrant(cube_id=pk, email=email) for pk in ids for email in self.add_emails),
                ignore_conflicts=True,
            )
            GroupGrant.objects.bulk_create(
                (GroupGrant(cube_id=pk, group=group) for pk in ids for group in self.add_groups),
                ignore_conflicts=True,
            )
        return len(ids)

    @property
    def _release(self) -> dict[str, Any]:
        return {"release_date": self.release_date, "release_comment": self.release_comment}


class EmailAddressesField(forms.CharField):
    """E-mail addresses, separated by commas, semicolons or white space."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 40})

    def clean(self, value: Any) -> list[str]:
        """Return the addresses, each once."""
        addresses = split_addresses(super().clean(value))
        if len(addresses) > MAX_ADDRESSES:
            raise ValidationError(f"These are more than {MAX_ADDRESSES} addresses; a group would be better.")
        for address in addresses:
            try:
                forms.EmailField(max_length=MAX_EMAIL_LENGTH).clean(address)
            except ValidationError:
                raise ValidationError(f"“{address}” is not an e-mail address.") from None
        return addresses


class AccessForm(forms.Form):
    """The form for a change of the access to the selected cubes."""

    release = forms.ChoiceField(
        choices=[
            ("keep", "Leave as it is"),
            ("date", "Public from the date below"),
            ("restrict", "Restricted, without a date"),
        ],
        initial="keep",
        widget=forms.RadioSelect,
    )
    release_date = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="UTC.")
    release_comment = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text="Replaces the comment of each cube whose release is changed.",
    )
    add_emails = EmailAddressesField(required=False, label="Grant access to", help_text=ADDRESSES)
    remove_emails = EmailAddressesField(required=False, label="Take access from", help_text=ADDRESSES)
    add_groups = forms.ModelMultipleChoiceField(Group.objects, required=False, label="Grant access to groups")
    remove_groups = forms.ModelMultipleChoiceField(Group.objects, required=False, label="Take access from groups")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not Group.objects.exists():
            del self.fields["add_groups"], self.fields["remove_groups"]

    def clean(self) -> dict[str, Any]:
        """Refuse a form that changes nothing, or that contradicts itself."""
        super().clean()
        values = self.cleaned_data
        release = values.get("release")
        if release == "date" and not values.get("release_date") and "release_date" not in self.errors:
            self.add_error("release_date", "From which date?")
        if release == "keep" and (values.get("release_date") or values.get("release_comment")):
            self.add_error("release", "A date or comment was given, and the release is to be left as it is.")
        if release == "restrict" and values.get("release_date"):
            self.add_error("release_date", "Restricted cubes have no date.")
        both = {email.lower() for email in values.get("add_emails", ())} & {
            email.lower() for email in values.get("remove_emails", ())
        }
        if both or set(values.get("add_groups", ())) & set(values.get("remove_groups", ())):
            raise ValidationError("The same address or group is to be given access and to lose it.")
        if not self.errors and self.change == AccessChange():
            raise ValidationError("Nothing is to be changed.")
        return values

    @property
    def change(self) -> AccessChange:
        """What the form says; only of a form without errors."""
        values = self.cleaned_data
        return AccessChange(
            sets_release=values["release"] != "keep",
            release_date=values["release_date"],
            release_comment=values["release_comment"],
            add_emails=values["add_emails"],
            remove_emails=values["remove_emails"],
            add_groups=list(values.get("add_groups", ())),
            remove_groups=list(values.get("remove_groups", ())),
        )


class CubeForm(forms.ModelForm):
    """The form of a cube, whose own fields all come from its file."""

    grant_to = EmailAddressesField(required=False, label="Grant access to", help_text=ADDRESSES)

    class Meta:
        model = DataCube
        fields: list[str] = []
