"""All URLs of the archive."""

from django.contrib import admin
from django.urls import include, path

from common.http.failures import bad_request, server_error
from keeper.events.feed import feed
from operations.api_docs import api_docs
from operations.api_root import APIRootView
from operations.metrics import MetricsView

handler400 = bad_request
handler500 = server_error

urlpatterns = [
    path("", include("catalogue.pages.urls")),
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", APIRootView.as_view(), name="api-root"),
    path("api/v1/docs/", api_docs, name="docs"),
    path("api/v1/", include("svo.urls")),  # Before those of cubes, for whom `<oid>/svo` could be an OID.
    path("api/v1/", include("catalogue.api.urls")),
    path("api/v1/", include("workorders.urls")),
    path("api/v1/", include("keeper.events.urls")),
    path("data/", include("catalogue.downloads.urls")),
    path("", include("vo.urls")),
    path("", include("predecessor.addresses.urls")),
    path("feed/", feed, name="feed"),
    path("metrics", MetricsView.as_view(), name="metrics"),
]
