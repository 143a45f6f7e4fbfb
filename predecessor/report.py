"""What an import took over, and what it could not, with the reasons."""

from collections import Counter
from dataclasses import dataclass, field

from common.errors import quoted

SHOWN = 5
"""Examples of each reason, unless all are asked for."""

MOST_KEPT = 10_000
"""Examples that are kept in memory for each reason."""


@dataclass
class Report:
    """Counts of what was taken over, and of what was not, by the reason."""

    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, dict[str, None]] = field(default_factory=dict)

    def took(self, what: str, count: int = 1) -> None:
        """Count what was taken over."""
        if count:
            self.taken[what] += count

    def refuse(self, reason: str, example: object = "") -> None:
        """Count what could not be taken over."""
        self.refused[reason] += 1
        self._keep(reason, example)

    def note(self, what: str, example: object = "") -> None:
        """Count what staff have to know, such as what they must do themselves."""
        self.notes[what] += 1
        self._keep(what, example)

    def lines(self, *, is_plan: bool, everything: bool) -> list[str]:
        """Return the report as lines.

        Parameters
        ----------
        is_plan
            Whether nothing has been changed.
        everything
            Whether all examples are shown.
        """
        lines = ["To be taken over:" if is_plan else "Taken over:"]
        lines += [f"  {count:,} {what}" for what, count in self.taken.items()] or ["  nothing new"]
        for title, counts in (("Not taken over:", self.refused), ("To know:", self.notes)):
            if counts:
                lines.append(title)
                lines += [self._line(what, count, everything=everything) for what, count in counts.items()]
        return lines

    def _line(self, what: str, count: int, *, everything: bool) -> str:
        examples = list(self.examples.get(what, ()))
        shown = examples if everything else examples[:SHOWN]
        more = ", …" if len(examples) > len(shown) else ""
        return f"  {count:,} × {what}" + (f" ({', '.join(shown)}{more})" if shown else "")

    def _keep(self, reason: str, example: object) -> None:
        kept = self.examples.setdefault(reason, {})
        if example != "" and len(kept) < MOST_KEPT:
            kept[quoted(example)] = None
