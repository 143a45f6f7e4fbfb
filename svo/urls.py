"""The URLs of the SVO in the HTTP API."""

from django.urls import path

from svo.api import CubeInSVOView

urlpatterns = [path("data-cubes/<oid:oid>/svo/", CubeInSVOView.as_view(), name="data-cube-svo")]
