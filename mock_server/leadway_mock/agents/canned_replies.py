"""Agents that answer from a list: the first reply whose conditions hold is the one they give."""

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from leadway_mock.agents.input_variables import plain_text
from leadway_mock.agents.replies import Heard, Reply, Responder
from leadway_mock.agents.templates import Template
from leadway_mock.files.yaml_advice import printable

BUILT_IN_NAMES: Final = ("message", "turn", "contactId", "executionId", "versionId")
"""The placeholders that every template may use, besides captures and `variables.…`."""

NO_REPLY_MATCHED: Final = Reply(
    "I am sorry, I have no answer to that. (This is the mock: none of the replies in the agents "
    "file matches this message on this turn. A last reply without `when` would match anything.)"
)

CAPTURES: Final = "captures"
"""The key of the state under which captures are kept from turn to turn."""

_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_SLASHED = re.compile(r"/(?P<pattern>.+)/(?P<flags>[A-Za-z]*)", re.DOTALL)

Match: TypeAlias = Callable[[str], Mapping[str, str] | None]
"""Takes a message and returns what it captures from it, or `None` if it does not match."""


class ConditionError(ValueError):
    """A condition that cannot be understood: what is wrong, and how to mend it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what} — {mend}")
        self.what = what
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Condition:
    """When a reply is given, as far as the message decides it."""

    match: Match
    captures: tuple[str, ...] = ()
    """The names of what it may capture."""


@dataclass(frozen=True, slots=True)
class CannedReply:
    """One reply of an agents file."""

    answer: Template
    reply: Reply
    """All of the reply but its text and its state."""

    condition: Condition | None = None
    """`None` matches any message."""

    turn: int | None = None
    """The only turn on which it is given; `None` is any."""

    def hear(self, heard: Heard) -> Mapping[str, str] | None:
        """Return what it captures from the message if it is to be given, or else `None`."""
        if self.turn not in {None, heard.turn}:
            return None
        return self.condition.match(heard.message) if self.condition else {}


def answer_with(replies: Sequence[CannedReply]) -> Responder:
    """Make an agent that gives the first of `replies` that fits, and remembers all captures."""

    def respond(heard: Heard) -> Reply:
        kept = _kept_captures(heard.state)
        for canned in replies:
            captured = canned.hear(heard)
            if captured is not None:
                return _give(canned, heard, {**kept, **captured})
        return replace(NO_REPLY_MATCHED, state={CAPTURES: kept})

    return respond


def condition(when: str | Mapping[str, str]) -> Condition:
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


def _give(canned: CannedReply, heard: Heard, captures: Mapping[str, str]) -> Reply:
    response = canned.answer.fill(values_for(heard, captures))
    return replace(canned.reply, response=response, state={CAPTURES: captures})


def values_for(heard: Heard, captures: Mapping[str, str]) -> dict[str, str]:
    """Return what the placeholders of a template stand for, once `captures` were captured."""
    return {**captures, **_built_in_values(heard), **_variables(heard)}


def _built_in_values(heard: Heard) -> dict[str, str]:
    told = (
        heard.message,
        str(heard.turn),
        heard.contact_id or "",
        heard.execution_id,
        heard.version_id,
    )
    return dict(zip(BUILT_IN_NAMES, told, strict=True))


def _variables(heard: Heard) -> dict[str, str]:
    return {f"variables.{name}": plain_text(value) for name, value in heard.input_variables.items()}


def _kept_captures(state: Mapping[str, object]) -> dict[str, str]:
    kept = state.get(CAPTURES)
    return (
        {str(name): str(text) for name, text in kept.items()} if isinstance(kept, Mapping) else {}
    )


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
        return printable(error.msg)
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)
