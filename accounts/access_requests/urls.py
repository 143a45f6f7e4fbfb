"""The URLs of a person's requests, below /accounts/requests/."""

from django.urls import path

from accounts.access_requests.views import ask_page, requests_page

urlpatterns = [
    path("", requests_page, name="access-requests"),
    path("ask/", ask_page, name="ask-for-access"),
]
