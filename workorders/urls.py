"""The URLs of the queue's HTTP API."""

from django.urls import path, re_path

from workorders.views import IngestView, WorkOrderListView, WorkOrderView

urlpatterns = [
    path("ingest/", IngestView.as_view(), name="ingest"),
    # Without the slash, too: most clients turn a POST into a GET when they are redirected.
    path("ingest", IngestView.as_view(schema=None)),
    path("work-orders/", WorkOrderListView.as_view(), name="work-order-list"),
    # Any other text gets a 404 in JSON, too.
    re_path(r"^work-orders/(?P<pk>(?s:.+))/$", WorkOrderView.as_view(), name="work-order-detail"),
]
