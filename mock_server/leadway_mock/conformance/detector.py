"""What those who watch a caller have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import NamedTuple

from leadway_mock.conformance.observation import ConversationKey, Observation

MAX_NAME = 40


class Detection(NamedTuple):
    """A rule that was broken, how, and in which entries."""

    rule: str
    text: str
    entries: tuple[int, ...]


class Detector(ABC):
    """Examines one request after the other, in the order of the journal."""

    @abstractmethod
    def observe(self, seen: Observation) -> Iterable[Detection]:
        """Examine the next request; return what is wrong."""

    def finish(self) -> Iterable[Detection]:
        """Return what only shows at the end of the journal; by default nothing."""
        return ()


def name(text: str) -> str:
    """Return an id as reports show it: not endless, and on one line."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in text)
    return plain if len(plain) <= MAX_NAME else f"{plain[:MAX_NAME]}…"


def participants(who: ConversationKey) -> str:
    """Return a few words on who talks to whom."""
    contact = f"contact {name(who.contact)}" if who.contact else "no contactId"
    return f"agent {name(who.agent)}, {contact}"


def duration_text(seconds: float) -> str:
    """Return a time span as people say it."""
    if seconds < 1:
        return f"{max(seconds, 0) * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - two digits
