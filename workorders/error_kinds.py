"""Groups errors of one kind: sentences that differ only in the values that they quote."""

import re

MAX_KIND_LENGTH = 200

_QUOTED = re.compile("“[^”]*”")
_NUMBER = re.compile(r"\d+(\.\d+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?]) ")


def error_kind(error: str) -> str:
    """Return the first sentence of an error, with “…” for each quoted value and N for each number."""
    without_values = _NUMBER.sub("N", _QUOTED.sub("“…”", error))
    return _SENTENCE_END.split(without_values, maxsplit=1)[0][:MAX_KIND_LENGTH]
