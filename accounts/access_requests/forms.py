"""The form of a request."""

from typing import Any

from django import forms

from accounts.access_requests.models import MAX_TEXT
from accounts.access_requests.targets import Kind, Target
from datacubes.grants import restricted_cubes
from datacubes.models import DataCube

SCOPES = [(Kind.CUBE, "this cube"), (Kind.OBSERVATION, "all restricted cubes of its observation")]


class AskForm(forms.Form):
    """What the data are for and, for a cube, whether the rest of its observation is asked for too."""

    scope = forms.ChoiceField(label="Access to", choices=SCOPES, required=False, initial=Kind.CUBE)
    text = forms.CharField(
        max_length=MAX_TEXT,
        label="What do you need it for?",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="For those who decide: what you study, with whom, and where you work.",
    )

    def __init__(self, target: Target, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._target, self._observation = target, _observation_with_more(target)
        if self._observation:
            self.fields["scope"].help_text = f"The observation is {self._observation}."
        else:
            del self.fields["scope"]

    @property
    def target(self) -> Target:
        """What is asked for; only of a form without errors."""
        if self.cleaned_data.get("scope") == Kind.OBSERVATION:
            return Target(Kind.OBSERVATION, self._observation)
        return self._target


def _observation_with_more(target: Target) -> str:
    """Return the POINT_ID of the observation of a cube if it has other restricted cubes."""
    if target.kind != Kind.CUBE:
        return ""
    cube = DataCube.objects.select_related("observation").filter(oid=target.key).first()
    if not cube or not restricted_cubes().filter(observation=cube.observation).exclude(pk=cube.pk).exists():
        return ""
    return cube.observation.point_id
