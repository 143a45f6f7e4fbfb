"""Groups that people may ask to join, and requests for access."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models

from datacubes.permissions import DOWNLOAD_RESTRICTED

MAX_TEXT, MAX_ANSWER = 2000, 1000
"""Characters of a request's text, and of its answer."""


class JoinableGroup(models.Model):
    """A group that people may ask to join, such as that of the Swedish data."""

    title = models.CharField(max_length=100, unique=True, help_text="Name for people, such as “Swedish data”.")
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="joinable")
    text = models.TextField(help_text="For people: what its members may see, and who can become one.")
    deciders = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        limit_choices_to={"is_staff": True, "is_active": True},
        related_name="+",
        help_text="Who gets the requests by mail and decides on them; each needs the permission to decide. Empty: "
        "everybody with that permission decides, and the mail goes to the archive’s contact.",
    )

    class Meta:
        ordering = ["title"]
        verbose_name = "group to ask for"
        verbose_name_plural = "groups to ask for"

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse a group whose members may do more than download restricted cubes."""
        if self.group_id and self.gives_more_than_downloads:
            raise ValidationError(
                {"group": "Its members may do more than download cubes. Choose a group without such permissions."}
            )

    @property
    def gives_more_than_downloads(self) -> bool:
        """Whether the group has permissions that nobody should get by asking."""
        app, codename = DOWNLOAD_RESTRICTED.split(".")
        return self.group.permissions.exclude(content_type__app_label=app, codename=codename).exists()


class AccessRequest(models.Model):
    """What one person asks for. It stays as the record of the decision.

    Cubes and observations are named by OID and POINT_ID, as they can leave the archive while a request waits.
    """

    class Kind(models.TextChoices):
        """What is asked for."""

        CUBE = "cube", "data cube"
        OBSERVATION = "observation", "observation"
        GROUP = "group", "group"

    class State(models.TextChoices):
        """What became of it. A closed request is one that left nothing to decide."""

        WAITING = "waiting", "Waiting"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        CLOSED = "closed", "Closed"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_requests")
    kind = models.CharField(max_length=16, choices=Kind)
    target = models.CharField(max_length=255, help_text="OID of the cube, POINT_ID of the observation, or group.")
    text = models.TextField(max_length=MAX_TEXT, help_text="What the person needs it for.")
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.TextField(max_length=MAX_ANSWER, blank=True, help_text="What the person is told.")

    class Meta:
        ordering = ["-id"]
        verbose_name = "request for access"
        verbose_name_plural = "requests for access"
        default_permissions = ["view"]
        permissions = [("decide_accessrequest", "Can decide requests for access")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "target"],
                condition=models.Q(state="waiting"),
                name="one_waiting_request_for_each_person_and_target",
            )
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="access_request_waiting"),
            models.Index(fields=["person", "asked_at"], name="access_request_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.person.get_username()} asks for the {self.get_kind_display()} {self.target}"
