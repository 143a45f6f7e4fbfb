"""The admin pages of requests for access, and of the groups that people may ask to join."""

from collections import Counter
from collections.abc import Callable
from typing import cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.access_requests.decisions import Outcome, approve, refuse
from accounts.access_requests.models import MAX_ANSWER, AccessRequest, JoinableGroup
from accounts.access_requests.people import described
from accounts.access_requests.state import DECIDE, VIEW
from accounts.access_requests.targets import Kind, target_of
from common.admin.actions import Selection, confirmed
from common.admin.base import DeletedWithOwnerMixin, FastListAdmin, ReadOnlyAdmin, beginning, status, utc
from common.mail.backend import waking_once

MOST_AT_ONCE = 1000
"""Requests that one action decides on; so many take some seconds."""

_DONE = (Outcome.APPROVED, Outcome.REFUSED)


class ApprovalForm(forms.Form):
    """A sentence for the people, if staff like to add one."""

    answer = forms.CharField(
        required=False,
        max_length=MAX_ANSWER,
        label="Sentence for the person",
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text="May be empty.",
    )


class RefusalForm(forms.Form):
    """Why the requests are refused."""

    answer = forms.CharField(
        max_length=MAX_ANSWER,
        label="Reason, for the person",
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
    )


@admin.register(AccessRequest)
class AccessRequestAdmin(DeletedWithOwnerMixin, ReadOnlyAdmin):
    """Requests with their texts. Staff approve or refuse them; what was decided stays."""

    permissions_on_owners = ("auth.delete_user",)
    list_display = ["id", "shown_state", "who", "what", "beginning_of_text", "asked", "decided_by"]
    list_display_links = ["id", "shown_state"]
    list_filter = ["state", "kind"]
    list_select_related = ["person__profile", "decided_by"]
    search_fields = ["person__username__startswith", "person__email__istartswith", "target__startswith"]
    search_help_text = "The beginning of an account, an e-mail address, an OID, a POINT_ID or a group."
    sortable_by = ["id"]
    actions = ["approve", "refuse"]
    fields = readonly_fields = (
        "shown_state",
        "who",
        "what",
        "text",
        "asked",
        "answer",
        "decided_by",
        "decided",
    )

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may decide on requests."""
        return request.user.has_perm(DECIDE)

    def has_view_permission(self, request: HttpRequest, obj: AccessRequest | None = None) -> bool:
        """People who may decide on requests may see them."""
        return request.user.has_perm(VIEW) or self.has_decide_permission(request)

    def fits(self, action: str, obj: AccessRequest) -> bool:
        return obj.state == AccessRequest.State.WAITING

    @confirmed(
        "Approve",
        "These people get the access that they ask for, and are told. Read what they write first: it is in the list. "
        "Access to an observation opens the cubes that it has now.",
        permission="decide",
        form_class=ApprovalForm,
        logs=False,
    )
    def approve(self, request: HttpRequest, selection: Selection, form: ApprovalForm) -> None:
        """Approve those of the selected requests that wait."""
        by, answer = cast(User, request.user), form.cleaned_data["answer"]
        self._decide(request, selection, lambda key: approve(key, by, answer))

    @confirmed(
        "Refuse",
        "These requests are refused. The people are told the reason.",
        permission="decide",
        form_class=RefusalForm,
        logs=False,
    )
    def refuse(self, request: HttpRequest, selection: Selection, form: RefusalForm) -> None:
        """Refuse those of the selected requests that wait."""
        by, answer = cast(User, request.user), form.cleaned_data["answer"]
        self._decide(request, selection, lambda key: refuse(key, by, answer))

    def _decide(self, request: HttpRequest, selection: Selection, decide: Callable[[int], Outcome]) -> None:
        if len(selection) > MOST_AT_ONCE:
            self.message_user(
                request,
                f"More than {MOST_AT_ONCE:,} requests are selected. Nothing was done: select fewer.",
                messages.ERROR,
            )
            return
        with waking_once():
            outcomes = Counter(map(decide, selection.ids))
        for outcome, number in outcomes.items():
            level = messages.SUCCESS if outcome in _DONE else messages.WARNING
            self.message_user(request, f"{number:,} {outcome}.", level)

    @admin.display(description="state", ordering="state")
    def shown_state(self, asked: AccessRequest) -> str:
        """The state, with a colour."""
        return status(f"request-{asked.state}", asked.get_state_display())

    @admin.display(description="who")
    def who(self, asked: AccessRequest) -> str:
        """The person, with a link to the account."""
        page = reverse("admin:auth_user_change", args=[asked.person_id])
        return format_html('<a href="{}">{}</a>', page, described(asked.person))

    @admin.display(description="asks for")
    def what(self, asked: AccessRequest) -> str:
        """What is asked for, with a link to its page."""
        target = target_of(asked)
        if asked.kind == Kind.GROUP:
            return str(target)
        return format_html('{} <a href="{}">{}</a>', target.name, target.path, target.key)

    @admin.display(description="text")
    def beginning_of_text(self, asked: AccessRequest) -> str:
        """The beginning of what the person writes."""
        return beginning(asked.text, 200)

    @admin.display(description="asked (UTC)")
    def asked(self, asked: AccessRequest) -> str:
        """When it was asked."""
        return utc(asked.asked_at)

    @admin.display(description="decided (UTC)")
    def decided(self, asked: AccessRequest) -> str:
        """When it was decided."""
        return utc(asked.decided_at)


@admin.register(JoinableGroup)
class JoinableGroupAdmin(FastListAdmin):
    """The groups that people may ask to join: staff choose them, and who decides."""

    list_display = ["title", "group", "who_decides"]
    list_select_related = ["group"]
    filter_horizontal = ["deciders"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[JoinableGroup]:
        return super().get_queryset(request).prefetch_related("deciders")

    @admin.display(description="who decides")
    def who_decides(self, group: JoinableGroup) -> str:
        """The people who decide on requests for it."""
        return ", ".join(person.get_username() for person in group.deciders.all()) or "everybody with the permission"
