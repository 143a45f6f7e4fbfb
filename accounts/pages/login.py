"""The page to log in."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView as DjangosView
from django.http import HttpRequest

from accounts.pages.sign_up import sign_up_is_open
from accounts.sign_up import MAX_PASSWORD_LENGTH
from datacubes.models.access import MAX_EMAIL_LENGTH


class NameOrAddressForm(AuthenticationForm):
    """Django's form, which takes an e-mail address, too."""

    error_messages = {
        "invalid_login": (
            "Please enter a correct username or e-mail address and password. After you sign up, open the link in the "
            "mail first."
        ),
        "inactive": "This account is inactive.",
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        username, password = self.fields["username"], self.fields["password"]
        username.label = "Username or e-mail address"
        username.max_length = MAX_EMAIL_LENGTH  # type: ignore[attr-defined]
        username.widget.attrs["maxlength"] = str(MAX_EMAIL_LENGTH)
        password.widget.attrs["maxlength"] = str(MAX_PASSWORD_LENGTH)


class LoginView(DjangosView):
    """Logs in, and leads to sign-up where that is open."""

    template_name = "accounts/login.html"
    form_class = NameOrAddressForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whether people may sign up."""
        return super().get_context_data(**kwargs, sign_up_is_open=sign_up_is_open())
