"""Actions on many rows. A page first shows how many; then exactly the confirmed rows are changed."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import TypeVar, overload

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from common.admin.base import LONGEST_LIST_SECONDS
from common.bounded_statements import time_limit

MAX_ROWS = 10_000
ROWS_AT_ONCE = 500
SHOWN_ROWS = 20
CONFIRMED = "confirmed_ids"
BACK_TO = "back_to"
"""Fields of the form: the primary keys that were confirmed, and the row whose page the action was chosen on."""

AdminT = TypeVar("AdminT", bound=admin.ModelAdmin)
FormT = TypeVar("FormT", bound=forms.Form)
Action = Callable[[AdminT, HttpRequest, QuerySet], HttpResponse | None]


class Selection:
    """The rows that somebody has confirmed an action for.

    Attributes
    ----------
    ids
        Their primary keys, in order.
    """

    def __init__(self, rows: QuerySet, ids: list[int]) -> None:
        self._rows = rows
        self.ids = ids

    def __len__(self) -> int:
        return len(self.ids)

    def chunks(self) -> Iterator[QuerySet]:
        """Yield the rows that still exist, some hundreds at a time."""
        for start in range(0, len(self.ids), ROWS_AT_ONCE):
            yield self._rows.filter(pk__in=self.ids[start : start + ROWS_AT_ONCE]).order_by("pk")


@overload
def confirmed(
    description: str, explanation: str, *, permission: str, logs: bool = True
) -> Callable[[Callable[[AdminT, HttpRequest, Selection, None], None]], Action[AdminT]]: ...


@overload
def confirmed(
    description: str, explanation: str, *, permission: str, form_class: type[FormT], logs: bool = True
) -> Callable[[Callable[[AdminT, HttpRequest, Selection, FormT], None]], Action[AdminT]]: ...


def confirmed(
    description: str,
    explanation: str,
    *,
    permission: str,
    form_class: type[forms.Form] | None = None,
    logs: bool = True,
) -> Callable[[Callable[..., None]], Action]:
    """Make an admin action that asks first. The function that it decorates is only called with what was confirmed.

    What was selected is remembered row by row: rows that come to match the list's filters between the question and the
    answer are left alone.

    Parameters
    ----------
    description
        The action's name for people.
    explanation
        What the action does, for the page.
    permission
        Name of the permission; `has_<permission>_permission` of the admin class decides who may use the action.
    form_class
        What else the page asks for.
    logs
        Whether each confirmed row gets a log entry; False if the action itself logs what it changes.
    """

    def decorate(act: Callable[..., None]) -> Action:
        @admin.action(description=description, permissions=[permission])
        @wraps(act)
        def ask_first(model_admin: admin.ModelAdmin, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
            if not request.user.is_authenticated:
                raise PermissionDenied("Log in to use an action.")
            ids = _confirmed_ids(request)
            form = form_class(request.POST if ids else None) if form_class else None
            if ids and (form is None or form.is_valid()):
                selection = Selection(model_admin.model._base_manager.all(), ids)
                act(model_admin, request, selection, form)
                if logs:
                    _log(request.user, selection, description)
                return _back_to_row(model_admin, request)
            with time_limit(LONGEST_LIST_SECONDS, rows.db):
                ids = ids or list(rows.order_by("pk").values_list("pk", flat=True)[: MAX_ROWS + 1])
            if len(ids) > MAX_ROWS:
                model_admin.message_user(
                    request,
                    f"More than {MAX_ROWS:,} rows are selected, which is too many for one action. Nothing was done: "
                    "narrow the list with its filters, or use a command of manage.py.",
                    messages.ERROR,
                )
                return None
            return _question(model_admin, request, ids, act.__name__, description, explanation, form)

        return ask_first

    return decorate


def _back_to_row(model_admin: admin.ModelAdmin, request: HttpRequest) -> HttpResponse | None:
    """Return to the row whose page the action was chosen on; None for an action of a list."""
    row = request.POST.get(BACK_TO, "")
    if not row.isascii() or not row.isdigit():
        return None
    options = model_admin.opts
    return redirect(f"admin:{options.app_label}_{options.model_name}_change", row)


def _confirmed_ids(request: HttpRequest) -> list[int]:
    """Return the confirmed primary keys; an empty list before the confirmation."""
    text = request.POST.get(CONFIRMED, "")
    try:
        ids = [int(part) for part in text.split(",")] if text else []
    except ValueError:
        raise BadRequest("These are no primary keys.") from None
    if len(ids) > MAX_ROWS or any(not 0 <= number < 2**63 for number in ids):
        raise BadRequest("These are no primary keys, or too many.")
    return ids


def _question(
    model_admin: admin.ModelAdmin,
    request: HttpRequest,
    ids: list[int],
    action: str,
    description: str,
    explanation: str,
    form: forms.Form | None,
) -> TemplateResponse:
    options = model_admin.opts
    name = options.verbose_name if len(ids) == 1 else options.verbose_name_plural
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"{description}: {len(ids):,} {name}",
        "opts": options,
        "media": model_admin.media + (form.media if form else forms.Media()),
        "explanation": explanation,
        "form": form,
        "rows": model_admin.model._base_manager.filter(pk__in=ids[:SHOWN_ROWS]).order_by("pk"),
        "unshown": max(0, len(ids) - SHOWN_ROWS),
        "action": action,
        "button": f"{description} ({len(ids):,})",
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "confirmed_name": CONFIRMED,
        "back_to": request.POST.get(BACK_TO, ""),
        "ids": ids,
    }
    return TemplateResponse(request, "common/confirm_action.html", context)


def _log(user: User, selection: Selection, what: str) -> None:
    for rows in selection.chunks():
        LogEntry.objects.log_actions(user.pk, rows, CHANGE, f"{what}.")
