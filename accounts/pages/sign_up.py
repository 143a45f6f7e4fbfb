"""The pages to sign up."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.generic import FormView, TemplateView

from accounts.limits import mail_allowed, too_many_requests
from accounts.sign_up import SignUpForm, sign_up


def sign_up_is_open() -> bool:
    """Return whether people may make accounts; without mail no address could be verified."""
    return settings.SIGN_UP_IS_OPEN and settings.SENDS_MAIL


class SignUpView(FormView):
    """Takes what a person says of themselves, and answers the same whether or not the address has an account."""

    template_name = "accounts/sign_up.html"
    form_class = SignUpForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Lead people with an account to their profile; explain if sign-up is closed."""
        if request.user.is_authenticated:
            return redirect("profile")
        if not sign_up_is_open():
            context = {"contact": settings.ARCHIVE_CONTACT_EMAIL}
            return render(request, "accounts/sign_up_closed.html", context, status=404)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        """Sign up, unless there were too many requests of late."""
        if not mail_allowed(self.request, form.cleaned_data["email"]):
            return too_many_requests(self.request)
        sign_up(form.cleaned_data)
        return redirect("account_email_verification_sent")


class LinkSentView(TemplateView):
    """Says that a mail with a link is on its way."""

    template_name = "accounts/link_sent.html"
