"""Options that the commands of sst_archive had and that these commands refuse."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn


class RefusedOption(argparse.Action):
    """An option that ends the command with a sentence about what replaces it. Its value is shown nowhere."""

    def __init__(self, option_strings: Sequence[str], dest: str, *, instead: str, **options: Any) -> None:
        super().__init__(option_strings, dest, default=argparse.SUPPRESS, help=f"Refused. {instead}", **options)
        self._instead = instead

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> NoReturn:
        """Refuse it."""
        parser.error(f"{option_string} was an option of sst_archive. {self._instead}")
