"""Hooks: what a lower room asks for, and a room above it does."""

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


class Hook(Generic[Parameters, Answer]):
    """A call that a lower room makes without knowing who answers it.

    The room above fills it once, in the `ready` of its app.
    """

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose
        self._action: Callable[Parameters, Answer] | None = None

    def fill(self, action: Callable[Parameters, Answer]) -> None:
        """Set what the call does."""
        self._action = action

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        """Do it.

        Raises
        ------
        RuntimeError
            If no room has filled the hook.
        """
        if self._action is None:
            raise RuntimeError(f"No room has filled the hook that is to {self._purpose}.")
        return self._action(*args, **kwargs)
