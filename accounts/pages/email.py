"""The pages of a person's e-mail address: verify it, change it."""

from datetime import MAXYEAR
from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, View

from accounts import mails
from accounts.addresses import address_of, is_taken, verified_until, wanted_address_of
from accounts.limits import TOO_MANY_PASSWORDS, mail_allowed, password_allowed, too_many_requests
from accounts.pages.person import person_of
from accounts.sign_up import MAX_PASSWORD_LENGTH
from accounts.verification import Taken, address_of_key, send_link, verify
from datacubes.models.access import MAX_EMAIL_LENGTH

BACKEND = "accounts.backend.NameOrAddressBackend"


class PasswordForm(forms.Form):
    """A form that needs the password of an account."""

    password = forms.CharField(
        max_length=MAX_PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Refuse a wrong password, and any after too many."""
        if not password_allowed(self.user.pk):
            raise forms.ValidationError(TOO_MANY_PASSWORDS)
        if not self.user.check_password(self.cleaned_data["password"]):
            raise forms.ValidationError("This is not the password of the account.")
        return self.cleaned_data["password"]


class NewAddressForm(PasswordForm):
    """Asks for another e-mail address of an account."""

    email = forms.EmailField(
        max_length=MAX_EMAIL_LENGTH,
        label="New e-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ["email", "password"]

    def clean_email(self) -> str:
        """Return the address in small letters."""
        email = self.cleaned_data["email"].lower()
        if email == self.user.email.lower():
            raise forms.ValidationError("This is the address of your account.")
        return email


class EmailView(LoginRequiredMixin, FormView):
    """Shows the address of the account and until when it counts, and takes another one."""

    template_name = "accounts/email.html"
    form_class = NewAddressForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Add the account."""
        return {**super().get_form_kwargs(), "user": person_of(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the state of the addresses."""
        user = person_of(self.request)
        until = verified_until(user)
        return super().get_context_data(
            **kwargs,
            address=address_of(user),
            wanted=wanted_address_of(user),
            until=until,
            is_exempt=bool(until and until.year == MAXYEAR),
            is_verified=bool(until and until > timezone.now()),
            sends_mail=settings.SENDS_MAIL,
        )

    def form_valid(self, form: NewAddressForm) -> HttpResponse:
        """Send a link to the new address."""
        user, email = person_of(self.request), form.cleaned_data["email"]
        if not mail_allowed(self.request, email):
            return too_many_requests(self.request)
        EmailAddress.objects.filter(user=user, verified=False).exclude(email=user.email.lower()).delete()
        address, _ = EmailAddress.objects.get_or_create(user=user, email=email)
        _send_link_to_new(address)
        return redirect("account_email_verification_sent")


class SendLinkView(LoginRequiredMixin, View):
    """Sends a link to the address of the account, or to the one that it is to have."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send it, unless there were too many requests of late."""
        user = person_of(request)
        address = wanted_address_of(user) if "wanted" in request.POST else address_of(user)
        if not address or not settings.SENDS_MAIL:
            return redirect("account_email")
        if not mail_allowed(request, address.email):
            return too_many_requests(request)
        if "wanted" in request.POST:
            _send_link_to_new(address)
        else:
            send_link(address)
        return redirect("account_email_verification_sent")


class ConfirmEmailView(FormView):
    """The page that a link leads to. People who are not logged in give the password of the account."""

    template_name = "accounts/confirm_email.html"
    form_class = PasswordForm
    address: EmailAddress

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Explain if the link is wrong, used or too old, or belongs to another account than the one logged in."""
        address = address_of_key(kwargs["key"])
        if not address:
            return render(request, "accounts/link_no_longer_works.html", status=410)
        if request.user.is_authenticated and request.user != address.user:
            return render(request, "accounts/link_of_another_account.html", status=403)
        self.address = address
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Add the account."""
        return {**super().get_form_kwargs(), "user": self.address.user}

    def get_form(self, form_class: type[PasswordForm] | None = None) -> PasswordForm:
        """Leave out the password if the person is logged in."""
        form = super().get_form(form_class)
        if self.request.user.is_authenticated:
            del form.fields["password"]
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the address."""
        return super().get_context_data(**kwargs, address=self.address)

    def form_valid(self, form: PasswordForm) -> HttpResponse:
        """Verify the address, and log the person in."""
        try:
            verify(self.address)
        except Taken:
            return render(self.request, "accounts/address_taken.html", status=409)
        if not self.request.user.is_authenticated:
            user = User.objects.get(pk=self.address.user_id)
            login(self.request, user, backend=BACKEND)
        messages.success(self.request, f"{self.address.email} is verified.")
        return redirect("profile")


def _send_link_to_new(address: EmailAddress) -> None:
    """Send a link to an address that an account is to have; if another account has it, say so in the mail only."""
    if not address.verified and is_taken(address.email):
        mails.say_that_it_has_an_account(address.email)
    else:
        send_link(address)


confirm_email = never_cache(ConfirmEmailView.as_view())
