"""The page of a person's own account: who they are, and what they may see."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import FormView, TemplateView

from accounts.addresses import verified_until
from accounts.models import Profile
from accounts.models.profiles import MAX_AFFILIATION_LENGTH, MAX_NAME_LENGTH, MAX_PURPOSE_LENGTH
from accounts.pages.person import person_of
from accounts.texts import PersonTextField
from catalogue.links import cube_page_path
from datacubes.granted import granted_cubes
from datacubes.permissions import DOWNLOAD_RESTRICTED

CUBES_OF_A_PAGE, SHOWN_GROUPS = 25, 50


class ProfileForm(forms.Form):
    """What a person says of themselves."""

    name = PersonTextField(max_length=MAX_NAME_LENGTH, required=False)
    affiliation = PersonTextField(max_length=MAX_AFFILIATION_LENGTH, required=False)
    purpose = PersonTextField(
        max_length=MAX_PURPOSE_LENGTH, required=False, help_text="What you want to use the data for."
    )

    def save(self, user: User) -> None:
        """Store it."""
        with transaction.atomic():
            user.first_name, user.last_name = self.cleaned_data["name"], ""
            user.save(update_fields=["first_name", "last_name"])
            texts = {name: self.cleaned_data[name] for name in ("affiliation", "purpose")}
            Profile.objects.update_or_create(user=user, defaults=texts)


class ProfileView(LoginRequiredMixin, TemplateView):
    """Shows the account, its groups and the restricted cubes that it was given access to."""

    template_name = "accounts/profile.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the person may see, a page at a time."""
        user = person_of(self.request)
        until = verified_until(user)
        groups = list(user.groups.order_by("name").values_list("name", flat=True)[: SHOWN_GROUPS + 1])
        before = _number(self.request.GET.get("before", ""))
        cubes = granted_cubes(user, before=before, most=CUBES_OF_A_PAGE + 1)
        return super().get_context_data(
            **kwargs,
            profile=Profile.objects.filter(user=user).first(),
            is_verified=bool(until and until > timezone.now()),
            groups=groups[:SHOWN_GROUPS],
            has_more_groups=len(groups) > SHOWN_GROUPS,
            sees_everything=user.has_perm(DOWNLOAD_RESTRICTED),
            cubes=[(cube, cube_page_path(cube.oid)) for cube in cubes[:CUBES_OF_A_PAGE]],
            next_before=cubes[CUBES_OF_A_PAGE - 1].pk if len(cubes) > CUBES_OF_A_PAGE else None,
            is_first_page=not before,
        )


class ChangeProfileView(LoginRequiredMixin, FormView):
    """Changes what the person said of themselves."""

    template_name = "accounts/change_profile.html"
    form_class = ProfileForm

    def get_initial(self) -> dict[str, Any]:
        """Fill the form with what is stored."""
        user = person_of(self.request)
        profile = Profile.objects.filter(user=user).first() or Profile()
        return {"name": user.get_full_name(), "affiliation": profile.affiliation, "purpose": profile.purpose}

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        """Store it."""
        form.save(person_of(self.request))
        messages.success(self.request, "Your profile is saved.")
        return redirect("profile")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
