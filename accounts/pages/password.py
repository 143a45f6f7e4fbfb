"""The page to change one's password."""

from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView as DjangosView
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse_lazy

from accounts.limits import TOO_MANY_PASSWORDS, password_allowed


class LimitedPasswordChangeForm(PasswordChangeForm):
    """Django's form, in which the old password cannot be tried without end."""

    def clean_old_password(self) -> str:
        """Refuse a wrong password, and any after too many."""
        if not password_allowed(self.user.pk):
            raise ValidationError(TOO_MANY_PASSWORDS)
        return super().clean_old_password()


class PasswordChangeView(DjangosView):
    """Changes the password, and ends the other sessions of the account."""

    template_name = "accounts/change_password.html"
    form_class = LimitedPasswordChangeForm
    success_url = reverse_lazy("profile")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Say that it is changed."""
        answer = super().form_valid(form)
        messages.success(self.request, "Your password is changed. You are logged out everywhere else.")
        return answer
