"""Invariants of a conversation: they hold however many others run at the same time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from leadway_mock.load.script import ECHO_TURN, Line
from leadway_mock.util.printable_text import short_text

MARKER: Final = re.compile(r"\bmarker-([0-9]{1,9})\b")
"""Word that each talker adds to its messages, with its number."""

MAX_EXAMPLES: Final = 20
MAX_TEXT_CHARS: Final = 120


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken invariant, in a turn of a session.

    It is `same-session`, `own-session`, `turn-order`, `own-text`, `own-interaction` or
    `own-transcript`.
    """

    invariant: str

    session: str
    other_session: str
    """Id of the session that it was mixed up with; empty where there is none."""

    turn: int
    text: str

    def __str__(self) -> str:
        others = f" and session {self.other_session}" if self.other_session else ""
        return f"{self.invariant}: session {self.session}{others}, turn {self.turn}: {self.text}"


@dataclass(slots=True)
class TalkerSession:
    """Messages and turns of one talker's session."""

    talker: int
    session: str = ""
    sent: list[str] = field(default_factory=list)
    """Messages that got a response."""

    received: list[str] = field(default_factory=list)

    @property
    def turn(self) -> int:
        """Number of the turn that is next."""
        return len(self.sent) + 1


class InvariantChecks:
    """Checks each response against the conversations of all talkers."""

    def __init__(self, *, counts_turns: bool) -> None:
        self.violations: list[Violation] = []
        self._counts_turns = counts_turns
        self._owners: dict[str, int] = {}  # session -> talker
        self._newest: dict[int, str] = {}  # talker -> session
        self._interactions: dict[str, str] = {}

    def check(
        self, conversation: TalkerSession, line: Line, message: str, content: Mapping[str, Any]
    ) -> None:
        """Check one response, and take it into the conversation."""
        session, text = str(content.get("executionId", "")), str(content.get("response", ""))
        turn, talker = conversation.turn, conversation.talker
        is_first = not conversation.session
        if is_first:
            conversation.session = self._newest[talker] = session
        own = conversation.session
        if session != own:
            self._add("same-session", own, session, turn, f"the response has session {session}")
        has_begun = session in self._owners
        owner = self._owners.setdefault(session, talker)
        if owner != talker:
            other = self._newest.get(owner, "")
            what = f"talkers {owner} and {talker} got session {session}"
            self._add("own-session", own, other if other != own else "", turn, what)
        elif is_first and has_begun:
            self._add("own-session", own, "", turn, "a second conversation got the session again")
        for other in self._other_sessions(talker, text):
            what = f"the response has text of it: {short_text(text, MAX_TEXT_CHARS)}"
            self._add("own-text", own, other, turn, what)
        self._check_order(own, turn, line, text)
        interaction = str(content.get("interactionId", ""))
        earlier = self._interactions.get(interaction)
        if interaction and earlier is not None:
            what = f"interaction {interaction} was that of an earlier turn"
            self._add("own-interaction", own, earlier if earlier != own else "", turn, what)
        self._interactions[interaction] = own
        conversation.sent.append(message)
        conversation.received.append(text)

    def check_transcript(
        self, conversation: TalkerSession, transcript: Sequence[Mapping[str, Any]]
    ) -> None:
        """Compare what the service stored with what was sent and received."""
        stored = [(each.get("message"), each.get("response")) for each in transcript]
        exchanged = list(zip(conversation.sent, conversation.received, strict=True))
        for turn, (ours, theirs) in enumerate(zip(exchanged, stored, strict=False), 1):
            if ours != theirs:
                other = next(self._other_sessions(conversation.talker, str(theirs)), "")
                what = f"stored is {short_text(str(theirs), MAX_TEXT_CHARS)}"
                self._add("own-transcript", conversation.session, other, turn, what)
                return
        if len(exchanged) != len(stored):
            what = f"{len(stored)} turns are stored, and {len(exchanged)} were exchanged"
            turn = min(len(exchanged), len(stored)) + 1
            self._add("own-transcript", conversation.session, "", turn, what)

    def _other_sessions(self, talker: int, text: str) -> Iterator[str]:
        """Yield the sessions of other talkers whose markers are in a text."""
        for number in dict.fromkeys(int(found) for found in MARKER.findall(text)):
            if number != talker:
                yield self._newest.get(number, f"of talker {number}")

    def _check_order(self, own: str, turn: int, line: Line, text: str) -> None:
        if line.reply is not None and text != line.reply:
            what = f"not the scripted reply: {short_text(text, MAX_TEXT_CHARS)}"
            self._add("turn-order", own, "", turn, what)
        counted = ECHO_TURN.match(text) if self._counts_turns else None
        if counted and int(counted[1]) != turn:
            self._add("turn-order", own, "", turn, f"the agent counts turn {counted[1]}")

    def _add(self, invariant: str, session: str, other: str, turn: int, text: str) -> None:
        self.violations.append(Violation(invariant, session, other, turn, text))
