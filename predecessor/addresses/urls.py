"""The addresses of sst_archive, also below the prefix at which it ran."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from predecessor.addresses import api, views
from workorders.views import IngestView

# Parts that come from outside are any text, so that a wrong one is answered with a sentence. They and the other
# addresses may end in a slash, as the framework of sst_archive let them.
_API = [
    path("data_cube", api.FormerCubesView.as_view(schema=None)),
    path("data_cube/", api.FormerCubesView.as_view(schema=None)),
    re_path(r"^data_cube/(?P<number>(?s:.+))\Z", api.FormerCubeView.as_view(schema=None)),
    re_path(r"^tags/(?P<name>(?s:.+))\Z", api.FormerTagView.as_view(schema=None)),
]
_PAGES = [
    path("search", views.search),
    path("search/", views.search),
    re_path(r"^observations/(?P<number>(?s:.+))\Z", views.observation),
    re_path(r"^download/(?P<filename>(?s:.+))\Z", views.download),
    path("download-multiple", views.download_multiple),
    path("download-multiple/", views.download_multiple),
]
_BELOW_THE_PREFIX: list[URLPattern | URLResolver] = [
    *_PAGES,
    path("", views.catalogue),
    re_path(r"^accounts/(?P<rest>(?s:.*))\Z", views.account),
    # Here itself, as few clients post again where they are redirected to.
    path("api/v1/ingest", IngestView.as_view(schema=None)),
    path("api/v1/ingest/", IngestView.as_view(schema=None)),
    path("api/v1/tags", api.FormerTagsView.as_view(schema=None)),
    path("api/v1/tags/", api.FormerTagsView.as_view(schema=None)),
    path("api/v1/", include(_API)),
    re_path(r"^(?P<rest>(?s:.+))\Z", views.absent),
]

urlpatterns = [
    *_PAGES,
    path("api/v1/", include(_API)),
    path("sst_archive", views.catalogue),
    path("sst_archive/", include(_BELOW_THE_PREFIX)),
]
