"""Searches for any FITS keyword, as a person writes them: ``WAVEBAND:Fe I 6173``, ``XPOSURE<0.15``, ``OBSERVER~ake``.

A person does not know whether a header has 6173 as a number or as text, so a search matches both. A number matches in
any notation (``0.5``, ``5E-1``). ``T`` and ``F`` (or ``true``, ``false``) also match logical values. A repeated keyword
has a list as its value, which matches nothing.

Comparisons (``<``, ``<=``, ``>``, ``>=``, ``:a..b``) match numbers only, and ``~`` finds part of a text, in any case.

PostgreSQL finds rare values by an index of digests (`indexed_condition`). Measured as in `common.keyset`: a keyword of
one cube in 200 takes 0.2 s, of twenty cubes 0.2 s, of a single cube 0.1 s. Without the index, twenty cubes take 7.6 s
and the others more than 8 s. The index takes 246 MB for a million cubes of 63 keywords each. An index of the JSON
itself (``jsonb_path_ops``, 242 MB) finds these equally fast; but a keyword that only the first third of the cubes has
takes 2.9 s with it, and 0.5 s with digests.
"""

import json
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.lookups import DataContains
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Expression,
    F,
    Field,
    FloatField,
    Func,
    JSONField,
    Q,
    TextField,
    Value,
)
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IContains, In, LessThan, LessThanOrEqual

MAX_VALUE_LENGTH = 1000
_QUESTION = re.compile(r"([^<>~:]*)(<=|>=|<|>|~|:)(.*)", re.DOTALL)
_NAME = re.compile(r"[A-Z0-9_. -]{1,80}")
_RANGE = re.compile(r"\s*(\S+?)\s*\.\.\s*(\S+)\s*")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([EeDd][+-]?[0-9]+)?")
_LOOKUPS = {"<": LessThan, "<=": LessThanOrEqual, ">": GreaterThan, ">=": GreaterThanOrEqual}
_LOGICAL = {"T": True, "true": True, "F": False, "false": False}


class KeywordQuestion(ABC):
    """A search for a keyword."""

    keyword: str

    @staticmethod
    def parse(text: str) -> "KeywordQuestion":
        """Parse ``NAME:value``, ``NAME<number``, ``NAME:from..to`` or ``NAME~part``.

        Raises
        ------
        ValueError
            With a sentence that says what is wrong.
        """
        match = _QUESTION.fullmatch(text)
        if not match:
            raise ValueError(
                "Write a keyword, a colon and the value, such as “WAVEBAND:Fe I 6173”, or compare: “XPOSURE<0.15”."
            )
        keyword, operator, value = match[1].strip().upper(), match[2], match[3].rstrip()
        if not _NAME.fullmatch(keyword):
            raise ValueError(f"The text before “{operator}” is not a FITS keyword.")
        if not value.isprintable():
            raise ValueError("The value has characters that cannot be in a FITS header.")
        if len(value) > MAX_VALUE_LENGTH:
            raise ValueError(f"The value has {len(value)} characters; at most {MAX_VALUE_LENGTH} are accepted.")
        if operator == "~":
            if not value.strip():
                raise ValueError("Write some text after “~”.")
            return PartOfText(keyword, value.strip())
        if operator == ":":
            return _range(keyword, value) or Equality(keyword, value)
        return Comparison(keyword, ((operator, _number_or_refusal(value)),))

    @abstractmethod
    def condition(self, vendor: str) -> Q:
        """Return the condition on data cubes for a database, named by the vendor of its connection."""

    def indexed_condition(self, vendor: str) -> Q:
        """Return a condition that PostgreSQL answers from its index of all keywords, if it can.

        On databases without the index, and for comparisons, it equals `condition`.
        """
        return self.condition(vendor)

    def _json(self, function: str, field: Field) -> Func:
        """Call a function of SQLite on the keyword's value."""
        return Func(F("metadata__keywords"), Value(f'$."{self.keyword}"'), function=function, output_field=field)

    def _path_exists(self, predicate: str) -> Q:
        """Ask PostgreSQL whether the value fulfils a predicate of SQL/JSON path; a value of another type does not."""
        path = Value(f'strict $."{self.keyword}" ? ({predicate})')
        return Q(
            Func(
                F("metadata__keywords"),
                path,
                template="(%(expressions)s::jsonpath)",
                arg_joiner=" @? ",
                output_field=BooleanField(),
            )
        )


@dataclass(frozen=True)
class Comparison(KeywordQuestion):
    """A search for a keyword whose number fulfils all of some comparisons, each an operator with a number."""

    keyword: str
    comparisons: tuple[tuple[str, int | float], ...]

    def condition(self, vendor: str) -> Q:
        if vendor == "postgresql":
            return self._path_exists(" && ".join(f"@ {operator} {number!r}" for operator, number in self.comparisons))
        number = self._json("JSON_EXTRACT", FloatField())
        compared = (_LOOKUPS[operator](number, limit) for operator, limit in self.comparisons)
        return Q(In(self._json("JSON_TYPE", TextField()), ["integer", "real"]), *compared)


@dataclass(frozen=True)
class PartOfText(KeywordQuestion):
    """A search for a keyword whose text has a part, in any case."""

    keyword: str
    part: str

    def condition(self, vendor: str) -> Q:
        if vendor == "postgresql":
            # i: in any case; q: no character of the text has a special meaning.
            return self._path_exists(f'@ like_regex {json.dumps(self.part)} flag "iq"')
        is_text = Exact(self._json("JSON_TYPE", TextField()), "text")
        return Q(is_text, IContains(self._json("JSON_EXTRACT", TextField()), self.part))


@dataclass(frozen=True)
class Equality(KeywordQuestion):
    """A search for a keyword with a value."""

    keyword: str
    value: str

    def condition(self, vendor: str) -> Q:
        """Return the condition on data cubes for a database, named by the vendor of its connection."""
        return self._any_of(self._contained if vendor == "postgresql" else self._extracted)

    def indexed_condition(self, vendor: str) -> Q:
        """Return a condition that PostgreSQL answers from its index of all keywords, without reading the cubes.

        The index compares digests of 64 bits, so that a false match is possible in theory. On databases without the
        index, it equals `condition`.
        """
        return self._any_of(self._indexed if vendor == "postgresql" else self._extracted)

    def _any_of(self, term: Callable[[str | float], Q]) -> Q:
        values = [self.value, number(self.value), _LOGICAL.get(self.value)]
        return reduce(or_, (term(value) for value in values if value is not None))

    def _contained(self, value: str | float) -> Q:
        return Q(metadata__keywords__contains={self.keyword: value})

    def _indexed(self, value: str | float) -> Q:
        keywords = Value({self.keyword: value}, output_field=JSONField())
        return Q(DataContains(_digests(F("metadata__keywords")), _digests(keywords)))

    def _extracted(self, value: str | float) -> Q:
        if isinstance(value, bool):
            return Q(Exact(self._json("JSON_TYPE", TextField()), "true" if value else "false"))
        types, field = (["text"], TextField()) if isinstance(value, str) else (["integer", "real"], FloatField())
        return Q(In(self._json("JSON_TYPE", TextField()), types)) & Q(Exact(self._json("JSON_EXTRACT", field), value))


def _range(keyword: str, value: str) -> Comparison | None:
    """Return the search for a range of numbers; None if the value has another form."""
    match = _RANGE.fullmatch(value)
    ends = [number(end) for end in match.groups()] if match else []
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    if ends[1] < ends[0]:
        raise ValueError(f"The range {value.strip()} ends before it begins.")
    return Comparison(keyword, ((">=", ends[0]), ("<=", ends[1])))


def _number_or_refusal(text: str) -> int | float:
    compared = number(text)
    if compared is None:
        raise ValueError("Compare with a number, such as “XPOSURE<0.15”.")
    return compared


def number(text: str) -> int | float | None:
    """Return the number that a text writes in the notation of FITS; None for other text and numbers too large."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    value = float(re.sub("[Dd]", "E", text))
    if not math.isfinite(value):
        return None
    exact = text.lstrip("+-").isdecimal() and abs(value) < 2**62  # SQLite refuses larger integers.
    return int(text) if exact else value


def _digests(keywords: Expression | F) -> Func:
    """Call the function of the index's migration, which returns a digest of each keyword with its value."""
    return Func(keywords, function="datacubes_keyword_digests", output_field=ArrayField(BigIntegerField()))
