"""What a scripted turn expects: of the message, and of the values that come with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from leadway_mock.agents.input_variables import plain_text
from leadway_mock.agents.message_conditions import Condition, parse_condition

_EXACT = re.compile(r'="(?P<text>.*)"', re.DOTALL)
_QUOTED = re.compile(r'"(?P<text>.+)"', re.DOTALL)
_SLASHED = re.compile(r"/(?P<text>.+)/(?P<flags>[A-Za-z]*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a text may be: `any`, or one that `contains`, `equals` or matches (`regex`) `text`."""

    kind: str
    text: str = ""
    flags: str = ""
    """Those of a regular expression: `i`, `m` and `s`, in the alphabet's order."""

    @property
    def captures(self) -> tuple[str, ...]:
        """The names of what it may capture."""
        return _compiled(self).captures

    def find(self, text: str) -> Mapping[str, str] | None:
        """Return what it captures from `text`, or None if the text is another."""
        return _compiled(self).match(text)

    def __str__(self) -> str:
        """Return the pattern as people write it; `parse_pattern` reads it back."""
        if self.kind == "any":
            return "*"
        if self.kind == "equals":
            return f'="{self.text}"'
        if self.kind == "regex":
            return f"/{self.text}/{self.flags}"
        plain = self.text == self.text.strip() and _kind(self.text) == "contains"
        return self.text if plain and not _QUOTED.fullmatch(self.text) else f'"{self.text}"'


ANY: Final = Pattern("any")


def parse_pattern(said: str | Mapping[str, str]) -> Pattern:
    """Understand what a `user:` says. Raises `ConditionError`.

    `*` is any text, `/pattern/flags` a regular expression, `="text"` the whole text letter by
    letter, and anything else a part of it in whatever case; in double quotes even if it looks like
    one of the others. `{equals: text}` and `{contains: text}` say the same at length.
    """
    if isinstance(said, Mapping):
        [(kind, text)] = said.items()
        return Pattern(kind, text)
    kind = _kind(said)
    if kind == "any":
        return ANY
    shape = {"equals": _EXACT, "regex": _SLASHED}.get(kind, _QUOTED)
    match = shape.fullmatch(said)
    text = match["text"] if match else said
    if kind != "regex" or match is None:
        return Pattern(kind, text)
    pattern = Pattern("regex", text, "".join(sorted(set(match["flags"]))))
    _compiled(pattern)
    return pattern


def fit(expected: Any, found: object) -> Mapping[str, str] | None:  # noqa: ANN401 - any JSON
    """Return what `expected` captures from the value `found`, or None if it is another.

    A text that is expected is the whole text, unless it is `*` or a `/pattern/`; null is expected
    to be left out; any other value is expected as it stands.
    """
    if not isinstance(expected, str):
        return {} if _same(expected, found) else None
    pattern = parse_pattern(expected)
    if pattern.kind == "any":
        return None if found is None else {}
    if pattern.kind == "regex":
        return None if found is None else pattern.find(plain_text(found))
    return {} if pattern.text == found else None


def _kind(said: str) -> str:
    if said == "*":
        return "any"
    if _EXACT.fullmatch(said):
        return "equals"
    return "regex" if _SLASHED.fullmatch(said) else "contains"


@lru_cache(maxsize=4096)
def _compiled(pattern: Pattern) -> Condition:
    if pattern.kind == "any":
        return Condition(lambda _: {})
    if pattern.kind == "regex":
        return parse_condition(f"/{pattern.text}/{pattern.flags}")
    return parse_condition({pattern.kind: pattern.text})


def _same(one: object, other: object) -> bool:
    """Compare two JSON values; to Python `true` is 1, which it is not in JSON."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other
