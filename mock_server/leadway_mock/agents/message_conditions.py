"""Conditions on a message: contains, equals, or a regular expression with captures."""

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from leadway_mock.documents.yaml_errors import escape_controls

_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


_REGEX = re.compile(r"/(?P<pattern>.+)/(?P<flags>[A-Za-z]*)", re.DOTALL)


Match: TypeAlias = Callable[[str], Mapping[str, str] | None]
"""Returns the captures from a message, or `None` if it does not match."""


class ConditionError(ValueError):
    """An invalid condition, with its `message` and `hint`."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what} — {hint}")
        self.message = what
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Condition:
    """Condition on a message."""

    match: Match
    captures: tuple[str, ...] = ()
    """Names of the captures."""


def parse_condition(when: str | Mapping[str, str]) -> Condition:
    """Parse the `when` of a reply. Raises `ConditionError`.

    `/pattern/flags` is a regular expression, any other text a part of the message in whatever
    case; `{equals: text}` is the whole message, and `{contains: text}` a part of it even if the
    text looks like a regular expression.
    """
    if isinstance(when, Mapping):
        [(kind, text)] = when.items()
        return Condition(_equals(text) if kind == "equals" else _contains(text))
    slashed = _REGEX.fullmatch(when)
    if not slashed:
        return Condition(_contains(when))
    pattern = _compile(slashed["pattern"], _flags(slashed["flags"]))
    return Condition(_searches(pattern), tuple(pattern.groupindex))


def _contains(text: str) -> Match:
    part = text.casefold()
    return lambda message: {} if part in message.casefold() else None


def _equals(text: str) -> Match:
    return lambda message: {} if message == text else None


def _searches(pattern: re.Pattern[str]) -> Match:
    def match(message: str) -> Mapping[str, str] | None:
        found = pattern.search(message)
        if found is None:
            return None
        return {name: text for name, text in found.groupdict().items() if text is not None}

    return match


def _flags(letters: str) -> re.RegexFlag:
    flags = re.NOFLAG
    for letter in letters:
        if letter not in _FLAGS:
            what = f"`{letter}` is not a flag of a regular expression"
            hint = "use i, m or s; for text with slashes, write {contains: …}"
            raise ConditionError(what, hint)
        flags |= _FLAGS[letter]
    return flags


def _compile(pattern: str, flags: re.RegexFlag) -> re.Pattern[str]:
    try:
        with warnings.catch_warnings():
            # Python warns of patterns whose meaning will change; report that as an error.
            warnings.simplefilter("error")
            return re.compile(pattern, flags)
    except (re.error, Warning, OverflowError, RecursionError) as error:
        what = f"invalid regular expression: {_error_text(error)}"
        hint = "use Python's syntax, such as (?P<name>…) for a capture"
        raise ConditionError(what, hint) from None


def _error_text(error: Exception) -> str:
    if isinstance(error, re.error):
        return escape_controls(error.msg)
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)
