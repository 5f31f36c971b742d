"""One entry of the journal, as the verdict sees it: who said what to whom, and how it ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

JournalEntry = Mapping[str, Any]
"""One exchange, as `Journal.entries` returns it."""

DELIVERED_ALL_THE_SAME = frozenset({None, "SLOW_BODY"})
"""Ways in which an answer leaves that bring it to the caller whole."""

CLOCK_TOLERANCE_SECONDS = 1.0
"""By how many seconds two steady clocks differ at least, if they are not the same: one of them
began to count on another machine, or before it was started again. The machine's own clock, against
which both are held, wavers by much less.
"""

SECONDS = re.compile(r"[0-9]{1,9}")


class ConversationKey(NamedTuple):
    """Who talks to whom. Without a contact, all the people behind one token look alike."""

    client: str
    agent: str
    location: str
    contact: str


@dataclass(frozen=True, slots=True)
class Observation:
    """One request and its answer. Texts are empty where the entry does not have them.

    `at` is the time by the clock of the mock, which a test may stop or move. `began` and `ended`,
    when the answer went out, are by a steady clock, which starts anywhere; `shift` is how far that
    one is behind the machine's. All in seconds.
    """

    entry: JournalEntry
    number: int
    at: float
    began: float
    ended: float
    shift: float
    who: ConversationKey
    operation: str
    asked: str
    """The session that the request named."""

    session: str
    turn: int
    """The session that heard the message, and as which turn; empty and 0 where none has."""

    message: str
    """A fingerprint of the message."""

    status: int
    rule: str
    was_scripted: bool
    """Whether somebody arranged this answer (a fault, `Prefer`), so that it was not earned."""

    was_delivered: bool
    """Whether the answer reached the caller."""

    delay: float
    wait: float | None
    """What `Retry-After` asked for, in seconds."""

    @property
    def was_committed(self) -> bool:
        """Whether an agent heard the message: its turn is committed."""
        return self.turn > 0

    @property
    def was_answered_ok(self) -> bool:
        """Whether the caller holds the agent's answer."""
        return self.was_delivered and self.status == 200  # noqa: PLR2004 - the one good status

    @property
    def has_session_error(self) -> str:
        """Why the session could not be continued: the rule, or nothing."""
        if self.was_scripted:
            return ""
        reason = str(self.entry.get("sessionError") or self.rule)
        return reason.removesuffix("-400") if reason.startswith("session-") else ""

    def after(self, other: Observation) -> bool:
        """Tell whether this request was made when the answer to the other was out.

        Between two machines, or two starts of one, that is taken for granted.
        """
        return not self._shares_clock(other) or self.began >= other.ended

    def since(self, other: Observation) -> float:
        """Return the seconds from the answer to `other`, by that clock on which it was longer.

        A caller waits by the real clock, a test by the mock's: both count.
        """
        shift = 0.0 if self._shares_clock(other) else self.shift - other.shift
        return max(self.began - other.ended + shift, self.at - other.at)

    def _shares_clock(self, other: Observation) -> bool:
        return abs(self.shift - other.shift) < CLOCK_TOLERANCE_SECONDS


def observe(entry: JournalEntry) -> Observation:
    """Read one entry; what an older mock did not write down is taken as absent."""
    request, answer = entry["request"], entry["response"]
    sent = entry.get("requestIds") or {}
    at = _seconds(entry["at"])
    began = entry.get("monotonicAt", at)
    delay = answer.get("delay") or 0.0
    transport = answer.get("transport")
    return Observation(
        entry=entry,
        number=entry["number"],
        at=at,
        began=began,
        ended=began + entry.get("durationMs", 0.0) / 1000 + delay,
        shift=entry.get("wallClockAt", at) - began,
        who=ConversationKey(
            client=request.get("tokenFingerprint") or "",
            agent=(entry.get("pathParameters") or {}).get("agentId", ""),
            location=entry.get("locationId", ""),
            contact=sent.get("contactId", ""),
        ),
        operation=entry.get("operationId", ""),
        asked=sent.get("executionId", ""),
        session=entry.get("executionId", ""),
        turn=entry.get("turn", 0),
        message=sent.get("message", ""),
        status=answer["status"],
        rule=answer["rule"],
        was_scripted="fault" in entry or "requestedExample" in entry,
        was_delivered=transport in DELIVERED_ALL_THE_SAME,
        delay=delay,
        wait=_wait(answer.get("retryAfter")),
    )


def _seconds(at: float | str) -> float:
    """Return a time as the journal keeps it, or as the control API shows it."""
    return datetime.fromisoformat(at).timestamp() if isinstance(at, str) else at


def _wait(retry_after: object) -> float | None:
    text = str(retry_after)
    return float(text) if SECONDS.fullmatch(text) else None
