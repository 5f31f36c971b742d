"""Patterns of a scripted turn, for the message and for the values that come with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from leadway_mock.agents.message_conditions import Condition, parse_condition
from leadway_mock.util.json_text import plain_text

_EXACT = re.compile(r'="(?P<text>.*)"', re.DOTALL)
_QUOTED = re.compile(r'"(?P<text>.+)"', re.DOTALL)
_SLASHED = re.compile(r"/(?P<text>.+)/(?P<flags>[A-Za-z]*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Pattern of a text: `any`, or it `contains`, `equals` or matches (`regex`) `text`."""

    kind: str
    text: str = ""
    flags: str = ""
    """Flags of a regular expression: `i`, `m` and `s`, in alphabetical order."""

    @property
    def captures(self) -> tuple[str, ...]:
        """Names of its captures."""
        return _compile(self).captures

    def find(self, text: str) -> Mapping[str, str] | None:
        """Return the captures from `text`, or None if it does not match."""
        return _compile(self).match(text)

    def __str__(self) -> str:
        """Return the pattern as text that `parse_pattern` reads."""
        if self.kind == "any":
            return "*"
        if self.kind == "equals":
            return f'="{self.text}"'
        if self.kind == "regex":
            return f"/{self.text}/{self.flags}"
        plain = self.text == self.text.strip() and _kind(self.text) == "contains"
        return self.text if plain and not _QUOTED.fullmatch(self.text) else f'"{self.text}"'


ANY: Final = Pattern("any")


def parse_pattern(source: str | Mapping[str, str]) -> Pattern:
    """Parse the value of a `user:`. Raises `ConditionError`.

    `*` matches any text, `/pattern/flags` is a regular expression, and `="text"` is the whole
    text, case-sensitive. Any other text is a part of the message in any case; double quotes
    around it disable the other forms. `{equals: text}` and `{contains: text}` are the long forms.
    """
    if isinstance(source, Mapping):
        [(kind, text)] = source.items()
        return Pattern(kind, text)
    kind = _kind(source)
    if kind == "any":
        return ANY
    shape = {"equals": _EXACT, "regex": _SLASHED}.get(kind, _QUOTED)
    match = shape.fullmatch(source)
    text = match["text"] if match else source
    if kind != "regex" or match is None:
        return Pattern(kind, text)
    pattern = Pattern("regex", text, "".join(sorted(set(match["flags"]))))
    _compile(pattern)
    return pattern


def match_value(expected: Any, found: object) -> Mapping[str, str] | None:  # noqa: ANN401 - any JSON
    """Return the captures of `expected` from the value `found`, or None if it does not match.

    An expected text is the whole text, unless it is `*` or a `/pattern/`. An expected null means
    that the value is absent. Any other value must be equal.
    """
    if not isinstance(expected, str):
        return {} if _json_equal(expected, found) else None
    pattern = parse_pattern(expected)
    if pattern.kind == "any":
        return None if found is None else {}
    if pattern.kind == "regex":
        return None if found is None else pattern.find(plain_text(found))
    return {} if pattern.text == found else None


def _kind(pattern: str) -> str:
    if pattern == "*":
        return "any"
    if _EXACT.fullmatch(pattern):
        return "equals"
    return "regex" if _SLASHED.fullmatch(pattern) else "contains"


@lru_cache(maxsize=4096)
def _compile(pattern: Pattern) -> Condition:
    if pattern.kind == "any":
        return Condition(lambda _: {})
    if pattern.kind == "regex":
        return parse_condition(f"/{pattern.text}/{pattern.flags}")
    return parse_condition({pattern.kind: pattern.text})


def _json_equal(one: object, other: object) -> bool:
    """Return whether two JSON values are equal; unlike in Python, `true` is not 1."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(
            _json_equal(one[name], other[name]) for name in one
        )
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_json_equal, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other
