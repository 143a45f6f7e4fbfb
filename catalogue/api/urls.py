"""The URLs of the read API and of its description."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from catalogue.api import selections, views
from datacubes import links  # noqa: F401  Registers the converter.

urlpatterns = [
    path("data-cubes/", views.DataCubeListView.as_view(), name="data-cube-list"),
    path("data-cubes/<oid:oid>/header/", views.HeaderView.as_view(), name="data-cube-header"),
    path("data-cubes/<oid:oid>/", views.DataCubeView.as_view(), name="data-cube-detail"),
    path("observations/", views.ObservationListView.as_view(), name="observation-list"),
    path("instruments/", views.InstrumentListView.as_view(), name="instrument-list"),
    path("selections/", selections.SelectionListView.as_view(), name="selection-list"),
    path("selections/<str:key>/", selections.SelectionView.as_view(), name="selection-detail"),
    path("spectral-lines/", views.SpectralLineListView.as_view(), name="spectral-line-list"),
    path("tags/", views.TagListView.as_view(), name="tag-list"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]
