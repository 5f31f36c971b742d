"""Conditions on a message: contains, equals, or a regular expression with captures."""

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from leadway_mock.documents.yaml_errors import escape_controls

_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


_SLASHED = re.compile(r"/(?P<pattern>.+)/(?P<flags>[A-Za-z]*)", re.DOTALL)


Match: TypeAlias = Callable[[str], Mapping[str, str] | None]
"""Takes a message and returns what it captures from it, or `None` if it does not match."""


class ConditionError(ValueError):
    """A condition that cannot be understood: what is wrong, and how to mend it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what} — {mend}")
        self.message = what
        self.hint = mend


@dataclass(frozen=True, slots=True)
class Condition:
    """When a reply is given, as far as the message decides it."""

    match: Match
    captures: tuple[str, ...] = ()
    """The names of what it may capture."""


def parse_condition(when: str | Mapping[str, str]) -> Condition:
    """Understand the `when` of a reply. Raises `ConditionError`.

    `/pattern/flags` is a regular expression, any other text a part of the message in whatever
    case; `{equals: text}` is the whole message, and `{contains: text}` a part of it even if the
    text looks like a regular expression.
    """
    if isinstance(when, Mapping):
        [(kind, text)] = when.items()
        return Condition(_equals(text) if kind == "equals" else _contains(text))
    slashed = _SLASHED.fullmatch(when)
    if not slashed:
        return Condition(_contains(when))
    pattern = _compile(slashed["pattern"], _flags(slashed["flags"]))
    return Condition(_finds(pattern), tuple(pattern.groupindex))


def _contains(text: str) -> Match:
    part = text.casefold()
    return lambda message: {} if part in message.casefold() else None


def _equals(text: str) -> Match:
    return lambda message: {} if message == text else None


def _finds(pattern: re.Pattern[str]) -> Match:
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
            what = f"`{letter}` is no flag of a regular expression"
            mend = "the flags are i, m and s; if the slashes are meant, write {contains: …}"
            raise ConditionError(what, mend)
        flags |= _FLAGS[letter]
    return flags


def _compile(pattern: str, flags: re.RegexFlag) -> re.Pattern[str]:
    try:
        with warnings.catch_warnings():
            # Python warns of patterns whose meaning is going to change; nobody would see it.
            warnings.simplefilter("error")
            return re.compile(pattern, flags)
    except (re.error, Warning, OverflowError, RecursionError) as error:
        what = f"the regular expression does not work: {_reason(error)}"
        mend = "Python's syntax holds here, such as (?P<name>…) for a capture"
        raise ConditionError(what, mend) from None


def _reason(error: Exception) -> str:
    if isinstance(error, re.error):
        return escape_controls(error.msg)
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)
