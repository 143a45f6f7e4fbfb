"""The actions on cubes: access, ingestion, submission to the SVO, withdrawal."""

from functools import cache

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest

from common.admin.actions import Selection, confirmed
from common.admin.base import FastListAdmin
from common.wakeups import send_wake_up
from datacubes.models import DataCube
from datacubes.withdrawal import change_all, restore, withdraw
from operations.admin.access import AccessForm
from operations.admin.cube_parts import WithdrawalForm
from svo.datasets import NOT_CONFIGURED, dataset_name, is_configured
from svo.notes import note_change
from svo.tasks import sweep_submissions
from workorders.admin import requeue_paths


class CubeActions(FastListAdmin):
    """A page of cubes with the actions on them."""

    actions = ["edit_access", "reingest", "force_reingest", "submit_to_svo", "withdraw", "restore"]

    def has_access_permission(self, request: HttpRequest) -> bool:
        """People who may change the access to one cube may change that to many."""
        return request.user.has_perms(
            f"datacubes.{permission}"
            for permission in (
                "change_accessrules",
                "add_emailgrant",
                "delete_emailgrant",
                "add_groupgrant",
                "delete_groupgrant",
            )
        )

    @confirmed(
        "Change access",
        "Release and grants of these cubes are changed; what is left empty stays as it is.",
        permission="access",
        form_class=AccessForm,
    )
    def edit_access(self, request: HttpRequest, selection: Selection, form: AccessForm) -> None:
        """Set the release, and add or remove grants, of the selected cubes."""
        number = sum(form.change.apply(cubes) for cubes in selection.chunks())
        self.message_user(request, f"The access to {number:,} cubes was changed.")

    def has_reingest_permission(self, request: HttpRequest) -> bool:
        """Accounts that may post orders over HTTP may re-ingest here."""
        return request.user.has_perm("workorders.add_workorder")

    def has_submit_permission(self, request: HttpRequest) -> bool:
        """People who may change submissions may make them."""
        return request.user.has_perm("svo.change_submission")

    @confirmed(
        "Re-ingest",
        "These cubes are queued to be ingested again. What has not changed is skipped.",
        permission="reingest",
    )
    def reingest(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Queue the selected cubes."""
        self._requeue(request, selection, force=False)

    @confirmed(
        "Force re-ingest",
        "These cubes are queued to be ingested again, and every step runs, whether its source has changed or not.",
        permission="reingest",
    )
    def force_reingest(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Queue the selected cubes with `force`, so that every step runs."""
        self._requeue(request, selection, force=True)

    @confirmed(
        "Submit to the SVO",
        "These cubes are sent to the SOLARNET Virtual Observatory again, even if they have not changed.",
        permission="submit",
    )
    def submit_to_svo(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Note the selected cubes for the SVO."""
        if not is_configured():
            self.message_user(request, f"{NOT_CONFIGURED} Nothing was done.", messages.ERROR)
            return
        dataset_of = cache(dataset_name)
        sent = left_out = 0
        for cubes in selection.chunks():
            with transaction.atomic():
                for cube in cubes.select_related("instrument").only("oid", "instrument"):
                    dataset = dataset_of(cube.instrument)
                    if not dataset:
                        left_out += 1
                        continue
                    note_change(cube.oid, dataset, send_again=True, wake=False)
                    sent += 1
        send_wake_up(sweep_submissions)
        self.message_user(request, f"{sent:,} queued for the SVO.")
        if left_out:
            self.message_user(request, f"{left_out:,} are of instruments that are left out of it.", messages.WARNING)

    def _requeue(self, request: HttpRequest, selection: Selection, *, force: bool) -> None:
        with_file = (cubes.filter(withdrawn_at=None) for cubes in selection.chunks())
        number = requeue_paths(
            (list(cubes.values_list("relative_path", flat=True)) for cubes in with_file), force=force
        )
        self.message_user(request, f"{number:,} queued.")
        if number < len(selection):
            self.message_user(
                request,
                f"{len(selection) - number:,} left as they are: they are withdrawn.",
                messages.WARNING,
            )

    @confirmed(
        "Withdraw",
        "These cubes leave the lists and the SVO. A page at their address says what they were, and why they are gone.",
        permission="withdraw",
        form_class=WithdrawalForm,
    )
    def withdraw(self, request: HttpRequest, selection: Selection, form: WithdrawalForm) -> None:
        """Withdraw the selected cubes."""
        reason = form.cleaned_data["reason"]
        chunks = (cubes.filter(withdrawn_at=None) for cubes in selection.chunks())
        number = sum(change_all(cubes, lambda cube: withdraw(cube, reason)) for cubes in chunks)
        self.message_user(request, f"{number:,} withdrawn.")

    @confirmed("Restore", "These cubes are listed again, and sent to the SVO.", permission="withdraw")
    def restore(self, request: HttpRequest, selection: Selection, form: None) -> None:
        """Restore those of the selected cubes that are withdrawn."""
        chunks = (cubes.exclude(withdrawn_at=None) for cubes in selection.chunks())
        number = sum(change_all(cubes, restore) for cubes in chunks)
        self.message_user(request, f"{number:,} restored.")

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """People who may delete a cube may withdraw it."""
        return request.user.has_perm("datacubes.delete_datacube")

    def fits(self, action: str, obj: DataCube) -> bool:
        return bool(obj.withdrawn_at) == (action == "restore")
