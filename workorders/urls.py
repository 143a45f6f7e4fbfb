"""The URLs of the queue's HTTP API."""

from django.urls import path, re_path

from workorders.batches import BatchView
from workorders.views import IngestView, WorkOrderListView, WorkOrderView

urlpatterns = [
    path("ingest/", IngestView.as_view(), name="ingest"),
    # Also without the final slash, because most clients turn a redirected POST into a GET.
    path("ingest/batch/", BatchView.as_view(), name="ingest-batch"),
    path("ingest/batch", BatchView.as_view(schema=None)),
    path("ingest", IngestView.as_view(schema=None)),
    path("work-orders/", WorkOrderListView.as_view(), name="work-order-list"),
    # Any text, so that a wrong number also gets a 404 in JSON.
    re_path(r"^work-orders/(?P<pk>(?s:.+))/$", WorkOrderView.as_view(), name="work-order-detail"),
]
