"""The URLs of the pages, of the files that they show, and of accounts, whose names are those that Django expects."""

from django.conf import settings
from django.contrib.auth import views as auth
from django.urls import path

from catalogue.pages.accounts import PasswordResetView
from catalogue.pages.catalogue import catalogue
from catalogue.pages.cube import cube_page
from catalogue.pages.icon import icon
from catalogue.pages.media import media
from datacubes import links  # noqa: F401  Registers the converter.

_ACCOUNTS = "catalogue/accounts/"

urlpatterns = [
    path("", catalogue, name="catalogue"),
    path("cubes/<oid:oid>/", cube_page, name="cube"),
    path("favicon.ico", icon, name="icon"),
    path(f"{settings.MEDIA_URL.strip('/')}/<path:path>", media, name="media"),
    path("accounts/login/", auth.LoginView.as_view(template_name=f"{_ACCOUNTS}login.html"), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("accounts/password/", PasswordResetView.as_view(), name="password_reset"),
    path(
        "accounts/password/sent/",
        auth.PasswordResetDoneView.as_view(template_name=f"{_ACCOUNTS}password_mail_sent.html"),
        name="password_reset_done",
    ),
    path(
        "accounts/password/<uidb64>/<token>/",
        auth.PasswordResetConfirmView.as_view(template_name=f"{_ACCOUNTS}new_password.html"),
        name="password_reset_confirm",
    ),
    path(
        "accounts/password/changed/",
        auth.PasswordResetCompleteView.as_view(template_name=f"{_ACCOUNTS}password_changed.html"),
        name="password_reset_complete",
    ),
]
