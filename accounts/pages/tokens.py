"""The page of a person's own tokens."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, View

from accounts.limits import MOST_TOKENS, allowed, too_many_requests
from accounts.models import APIToken
from accounts.models.tokens import MAX_NAME_LENGTH
from accounts.pages.person import person_of
from accounts.texts import PersonTextField
from accounts.tokens import make_token

MOST_OF_A_PERSON = 50
MAY_POST = "workorders.add_workorder"


class TokenForm(forms.Form):
    """Names a new token."""

    name = PersonTextField(
        max_length=MAX_NAME_LENGTH,
        help_text="What you use it for, such as “notebook”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    waits_for_result = forms.BooleanField(
        required=False,
        label="Wait for the result",
        help_text="For pipelines: the POST of an order answers when the order has ended.",
    )

    def __init__(self, *args: Any, may_post: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_post:
            del self.fields["waits_for_result"]


@method_decorator(never_cache, name="dispatch")
class TokensView(LoginRequiredMixin, FormView):
    """Lists the tokens by name, and makes one, which the answer shows once."""

    template_name = "accounts/tokens.html"
    form_class = TokenForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Add whether the account may post orders."""
        return {**super().get_form_kwargs(), "may_post": self._may_post()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the tokens of the person."""
        tokens = APIToken.objects.filter(user=person_of(self.request))[: MOST_OF_A_PERSON + 1]
        return super().get_context_data(**kwargs, tokens=tokens)

    def form_valid(self, form: TokenForm) -> HttpResponse:
        """Make a token. It is in no redirect and no session, as both would store it."""
        user, values = person_of(self.request), form.cleaned_data
        if APIToken.objects.filter(user=user).count() >= MOST_OF_A_PERSON:
            form.add_error("name", f"You have {MOST_OF_A_PERSON} tokens. Revoke one first.")
            return self.form_invalid(form)
        if not allowed("token", str(user.pk), MOST_TOKENS):
            return too_many_requests(self.request)
        key = make_token(user, values["name"], waits_for_result=values.get("waits_for_result", False))
        fresh = TokenForm(may_post=self._may_post())
        return self.render_to_response(self.get_context_data(form=fresh, key=key, made=values["name"]))

    def _may_post(self) -> bool:
        return person_of(self.request).has_perm(MAY_POST)


class RevokeTokenView(LoginRequiredMixin, View):
    """Revokes one of the person's tokens."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Delete it; a token that is not theirs, or gone already, is left alone."""
        own = APIToken.objects.filter(user=person_of(request))
        token = own.filter(pk=pk).first() if pk < 2**63 else None
        if token:
            token.delete()
            messages.success(request, f"The token “{token.name}” is revoked.")
        return redirect("tokens")
