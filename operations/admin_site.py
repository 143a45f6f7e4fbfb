"""The admin site: its titles, its front page, and the bounds that hold for the pages of all models."""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from common.admin.deletion import CountedDeletion
from common.transience import will_pass

if TYPE_CHECKING:
    from django.contrib.admin.sites import _ViewType as _View

logger = logging.getLogger(__name__)

DAILY_PAGES = (
    ("Orders", "workorders", "workorder"),
    ("Cubes", "datacubes", "datacube"),
    ("SVO", "svo", "submission"),
    ("Synchronisations", "svo", "synchronisation"),
    ("Incidents", "keeper", "incident"),
    ("Requests", "access_requests", "accessrequest"),
    ("Grants by e-mail", "datacubes", "emailgrant"),
    ("Grants by group", "datacubes", "groupgrant"),
    ("People", "auth", "user"),
)
"""Label, app and model of the lists that staff need daily."""


class ArchiveAdminSite(admin.AdminSite):
    """The admin site.

    It refuses lookups that the database cannot compare, as Django passes any lookup on to it. Its pages count what a
    deletion takes along.
    """

    site_header = site_title = "Solar archive"
    index_title = "Administration"
    index_template = "operations/front_page.html"
    login_template = "operations/login.html"
    enable_nav_sidebar = False  # The front page has the links, and lists need the room.

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the pages of the daily work that the user may see, for the navigation of all pages."""
        pages = [
            {"label": label, "link": reverse(f"admin:{app}_{model}_changelist")}
            for label, app, model in DAILY_PAGES
            if self.get_model_admin(apps.get_model(app, model)).has_view_permission(request)
        ]
        return {**super().each_context(request), "daily_pages": pages}

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[admin.ModelAdmin] | None = None,
        **options: Any,
    ) -> None:
        """Register models, also those of other packages, with pages that count what a deletion takes along."""
        base = admin_class or admin.ModelAdmin
        counting = type(
            base.__name__, (CountedDeletion, base), {"__module__": base.__module__, "__doc__": base.__doc__}
        )
        super().register(model_or_iterable, counting, **options)

    def admin_view(self, view: "_View", cacheable: bool = False) -> "_View":
        """Answer 400 if the address has values that the database cannot compare."""
        inner = super().admin_view(view, cacheable)

        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in ("GET", "HEAD"):
                return inner(request, *args, **kwargs)
            # A pattern can keep the database busy without end.
            if any(name.endswith("regex") or "\0" in name for name in request.GET) or _has_nul(request, kwargs):
                return _cannot_be_asked(request)
            try:
                return inner(request, *args, **kwargs)
            except (ValueError, TypeError, LookupError, OverflowError, ValidationError, DatabaseError) as error:
                if will_pass(error) or not (request.GET or kwargs):
                    raise
                logger.warning("The admin cannot answer %s.", request.get_full_path(), exc_info=True)
                return _cannot_be_asked(request)

        return cast("_View", answer)


def _has_nul(request: HttpRequest, kwargs: dict[str, Any]) -> bool:
    return any("\0" in str(value) for value in (*request.GET.values(), *kwargs.values()))


def _cannot_be_asked(request: HttpRequest) -> HttpResponseBase:
    return render(request, "operations/cannot_be_asked.html", status=400)
