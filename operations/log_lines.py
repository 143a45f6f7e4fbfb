"""Formats log lines. Text from requests and files cannot forge a line or control a terminal."""

import logging
import re
from types import TracebackType

from pythonjsonlogger.json import JsonFormatter

_ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class LineFormatter(logging.Formatter):
    """Lines for people: time, level, logger, message, and the order in brackets.

    A traceback follows its line; each of its lines begins with a bar, so that none looks like a log line.
    """

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line of a record, without its traceback."""
        line = super().formatMessage(record)
        order, path = getattr(record, "order", None), getattr(record, "path", None)
        return escape(line if order is None else f"{line} [order {order} {path}]")

    def formatException(self, ei: _ExceptionInfo) -> str:
        """Return a traceback."""
        return _with_bars(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        """Return a stack."""
        return _with_bars(super().formatStack(stack_info))


class JSONLineFormatter(JsonFormatter):
    """One JSON object a line, for machines: time (ISO 8601, UTC), level, logger, message, order, path, exc_info."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "timestamp": "time"},
            timestamp=True,
        )


def escape(text: str) -> str:
    """Write control characters as escapes, such as ``\\n``."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _with_bars(text: str) -> str:
    return "\n".join(f"  | {escape(line)}" for line in text.splitlines())
