"""The URLs of accounts: those of sst_archive, with the names that Django and django-allauth expect."""

from django.contrib.auth import views as auth
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts.pages.email import EmailView, SendLinkView, confirm_email
from accounts.pages.login import LoginView
from accounts.pages.password import PasswordChangeView
from accounts.pages.profile import ChangeProfileView, ProfileView
from accounts.pages.sign_up import LinkSentView, SignUpView
from accounts.pages.tokens import RevokeTokenView, TokensView
from accounts.password_reset import PasswordResetView

_login = LoginView.as_view()
_logout = auth.LogoutView.as_view()
_confirm_reset = auth.PasswordResetConfirmView.as_view(template_name="accounts/new_password.html")

urlpatterns = [
    path("login/", _login, name="login"),
    path("login/", _login, name="account_login"),
    path("logout/", _logout, name="logout"),
    path("logout/", _logout, name="account_logout"),
    path("signup/", SignUpView.as_view(), name="account_signup"),
    path("profile/", ProfileView.as_view(), name="profile"),
    path("profile/change/", ChangeProfileView.as_view(), name="change_profile"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/<int:pk>/revoke/", RevokeTokenView.as_view(), name="revoke_token"),
    path("email/", EmailView.as_view(), name="account_email"),
    path("email/send/", SendLinkView.as_view(), name="send_link"),
    path("confirm-email/", LinkSentView.as_view(), name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", confirm_email, name="account_confirm_email"),
    path("password/change/", PasswordChangeView.as_view(), name="account_change_password"),
    path("password/reset/", PasswordResetView.as_view(), name="password_reset"),
    path("requests/", include("accounts.access_requests.urls")),
    path(
        "password/reset/done/",
        auth.PasswordResetDoneView.as_view(template_name="accounts/password_mail_sent.html"),
        name="password_reset_done",
    ),
    path(
        "password/reset/complete/",
        auth.PasswordResetCompleteView.as_view(template_name="accounts/password_changed.html"),
        name="password_reset_complete",
    ),
    path("password/reset/<uidb64>/<token>/", _confirm_reset, name="password_reset_confirm"),
    # Addresses of before, which mails may still name.
    path("password/", RedirectView.as_view(pattern_name="password_reset")),
    path("password/<uidb64>/<token>/", _confirm_reset),
]
