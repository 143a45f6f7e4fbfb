"""The faults that tests can set in the stand-in, one request at a time."""

import json
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import unquote

from devtools.svo.http import Request


class Kind(Enum):
    """The kind of a fault."""

    ANSWER = "another answer, without doing the work"
    HANG = "no answer for `seconds`, then the connection ends; no work is done"
    SLOW = "the work, and an answer after `seconds`"
    DROP = "the connection ends before the work"
    DROP_AFTER_WORK = "the work, and the connection ends without an answer"
    DROP_IN_ANSWER = "the work, and the connection ends in the middle of the answer"
    SHIFT = "a page of records that starts `by` records late"


@dataclass
class Fault:
    """A fault in the next `times` matching requests, or in all of them if `times` is None.

    Attributes
    ----------
    methods
        The matching methods; None for all.
    oids
        The matching records, by the OID in the path or in the body; None for all requests.
    """

    kind: Kind
    times: int | None = None
    methods: Collection[str] | None = None
    oids: Collection[str] | None = None
    status: int = 500
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0
    by: int = 0

    def matches(self, request: Request) -> bool:
        if self.times == 0 or (self.methods is not None and request.method not in self.methods):
            return False
        if self.kind is Kind.SHIFT:
            return "offset" in request.query and "/metadata/" in request.path
        return self.oids is None or _oid(request) in self.oids


class Faults:
    """The current faults; the first one that matches a request is applied."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, request: Request) -> Fault | None:
        """Return the fault of a request, and count it as one of the fault's times."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(request):
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None


def _oid(request: Request) -> str | None:
    if request.method == "POST":
        try:
            return json.loads(request.body).get("oid")
        except (ValueError, AttributeError):
            return None
    return unquote(request.path.rstrip("/").rpartition("/")[2])
