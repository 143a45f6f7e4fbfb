"""Searches for any FITS keyword, as a person writes them: ``WAVEBAND:Fe I 6173``.

A person does not know whether a header has 6173 as a number or as text, so a search matches both. A number matches in
any notation (``0.5``, ``5E-1``). ``T`` and ``F`` (or ``true``, ``false``) also match logical values. A repeated keyword
has a list as its value, which matches nothing.

PostgreSQL finds rare values by an index of digests (`indexed_condition`). Measured as in `common.keyset`: a keyword of
one cube in 200 takes 0.2 s, of twenty cubes 0.2 s, of a single cube 0.1 s. Without the index, twenty cubes take 7.6 s
and the others more than 8 s. The index takes 246 MB for a million cubes of 63 keywords each. An index of the JSON
itself (``jsonb_path_ops``, 242 MB) finds these equally fast; but a keyword that only the first third of the cubes has
takes 2.9 s with it, and 0.5 s with digests.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.lookups import DataContains
from django.db.models import BigIntegerField, Expression, F, Field, FloatField, Func, JSONField, Q, TextField, Value
from django.db.models.lookups import Exact, In

MAX_VALUE_LENGTH = 1000
_NAME = re.compile(r"[A-Z0-9_. -]{1,80}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([EeDd][+-]?[0-9]+)?")
_LOGICAL = {"T": True, "true": True, "F": False, "false": False}


@dataclass(frozen=True)
class KeywordQuestion:
    """A search for a keyword with a value."""

    keyword: str
    value: str

    @classmethod
    def parse(cls, text: str) -> "KeywordQuestion":
        """Parse ``NAME:value``.

        Raises
        ------
        ValueError
            With a sentence that says what is wrong.
        """
        name, colon, value = text.partition(":")
        keyword = name.strip().upper()
        if not colon:
            raise ValueError("Write a keyword, a colon and the value, such as “WAVEBAND:Fe I 6173”.")
        if not _NAME.fullmatch(keyword):
            raise ValueError("The text before the colon is not a FITS keyword.")
        if not value.isprintable():
            raise ValueError("The value has characters that cannot be in a FITS header.")
        if len(value) > MAX_VALUE_LENGTH:
            raise ValueError(f"The value has {len(value)} characters; at most {MAX_VALUE_LENGTH} are accepted.")
        return cls(keyword, value.rstrip())

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
        values = [self.value, self._number(), _LOGICAL.get(self.value)]
        return reduce(or_, (term(value) for value in values if value is not None))

    def _number(self) -> int | float | None:
        if not _NUMBER.fullmatch(self.value):
            return None
        number = float(re.sub("[Dd]", "E", self.value))
        if not math.isfinite(number):
            return None
        exact = self.value.lstrip("+-").isdecimal() and abs(number) < 2**62  # SQLite refuses larger integers.
        return int(self.value) if exact else number

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

    def _json(self, function: str, field: Field) -> Func:
        return Func(F("metadata__keywords"), Value(f'$."{self.keyword}"'), function=function, output_field=field)


def _digests(keywords: Expression | F) -> Func:
    """Call the function of the index's migration, which returns a digest of each keyword with its value."""
    return Func(keywords, function="datacubes_keyword_digests", output_field=ArrayField(BigIntegerField()))
