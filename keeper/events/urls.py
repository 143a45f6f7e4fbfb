"""The URLs of events in the HTTP API."""

from django.urls import path

from keeper.events.api import EventsView

urlpatterns = [path("events/", EventsView.as_view(), name="event-list")]
