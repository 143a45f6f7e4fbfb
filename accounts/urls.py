"""The URLs of accounts, whose names are those that Django expects."""

from django.contrib.auth import views as auth
from django.urls import include, path

from accounts.password_reset import PasswordResetView

urlpatterns = [
    path("login/", auth.LoginView.as_view(template_name="accounts/login.html"), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("requests/", include("accounts.access_requests.urls")),
    path("password/", PasswordResetView.as_view(), name="password_reset"),
    path(
        "password/sent/",
        auth.PasswordResetDoneView.as_view(template_name="accounts/password_mail_sent.html"),
        name="password_reset_done",
    ),
    path(
        "password/<uidb64>/<token>/",
        auth.PasswordResetConfirmView.as_view(template_name="accounts/new_password.html"),
        name="password_reset_confirm",
    ),
    path(
        "password/changed/",
        auth.PasswordResetCompleteView.as_view(template_name="accounts/password_changed.html"),
        name="password_reset_complete",
    ),
]
