"""The URLs of the queue's HTTP API."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from workorders.views import IngestView, WorkOrderViewSet

router = SimpleRouter()
router.register("work-orders", WorkOrderViewSet, basename="work-order")

urlpatterns = [path("ingest/", IngestView.as_view(), name="ingest"), *router.urls]
