"""The URLs of TAP and DataLink."""

from django.urls import path

from vo import asynchronous, resources
from vo.datalink import datalink
from vo.synchronous import sync

urlpatterns = [
    path("tap", resources.root, name="tap"),
    path("tap/sync", sync, name="tap-sync"),
    path("tap/async", asynchronous.job_list, name="tap-async"),
    path("tap/async/<slug:key>", asynchronous.job_view, name="tap-job"),
    path("tap/async/<slug:key>/results/result", asynchronous.job_result, name="tap-result"),
    path("tap/async/<slug:key>/<slug:part>", asynchronous.job_part, name="tap-job-part"),
    path("tap/tables", resources.tables, name="tap-tables"),
    path("tap/capabilities", resources.capabilities, name="tap-capabilities"),
    path("tap/availability", resources.availability, name="tap-availability"),
    path("tap/examples", resources.examples, name="tap-examples"),
    path("datalink", datalink, name="datalink"),
]
