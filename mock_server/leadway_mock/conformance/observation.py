"""Observation: one journal entry in the terms of the detectors."""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple, TypeAlias, TypeVar

from leadway_mock.contract.model import agent_id_of
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.util.cache import BoundedDict
from leadway_mock.util.printable_text import short_text

COMPLETE_TRANSPORTS = frozenset({None, "SLOW_BODY"})
"""Transport faults, or none, with which the client receives the whole response."""

CLOCK_TOLERANCE_SECONDS = 1.0
"""Two monotonic clocks whose offsets differ by more belong to different machines or boots.

The machine's own clock, against which both are compared, drifts by much less.
"""

RETRY_AFTER_SECONDS = re.compile(r"[0-9]{1,9}")

MAX_ID_CHARS = 40

MAX_ENTRIES = 10
"""Limit of journal entries that an occurrence lists."""


class ConversationKey(NamedTuple):
    """Client, agent, location and contact. Without a contact, all users of one token look alike."""

    client: str
    agent: str
    location: str
    contact: str

    def __str__(self) -> str:
        """Return agent and contact as reports show them."""
        contact = f"contact {short_id(self.contact)}" if self.contact else "no contactId"
        return f"agent {short_id(self.agent)}, {contact}"


class Observation:
    """One request and its response. Texts are empty where the entry lacks them.

    `at` is the time by the namespace's clock, which a test may stop or move. `started_at` and
    `ended_at` (when the response was sent) are by a monotonic clock; `clock_offset` is how far that
    one is behind the machine's. All in seconds.
    """

    def __init__(self, entry: JournalEntry) -> None:
        request, response = entry["request"], entry["response"]
        ids = entry.get("requestIds") or {}
        at = entry["at"]
        if isinstance(at, str):  # As the control API returns it.
            at = datetime.fromisoformat(at).timestamp()
        retry_after = str(response.get("retryAfter"))
        self.entry = entry
        self.number = entry["number"]
        self.at = at
        self.delay = response.get("delay") or 0.0
        self.started_at = entry.get("monotonicAt", at)
        self.ended_at = self.started_at + entry.get("durationMs", 0.0) / 1000 + self.delay
        self.clock_offset = entry.get("wallClockAt", at) - self.started_at
        self.conversation = ConversationKey(
            client=request.get("tokenFingerprint") or "",
            agent=agent_id_of(entry.get("pathParameters") or {}),
            location=entry.get("locationId", ""),
            contact=ids.get("contactId", ""),
        )
        self.operation_id = entry.get("operationId", "")
        self.requested_session = ids.get("executionId", "")
        """The session that the request named."""

        self.session = entry.get("executionId", "")
        """The session that holds the turn; empty where no turn was committed."""

        self.turn = entry.get("turn", 0)
        self.was_committed = self.turn > 0
        """Whether the agent received the message, and its turn is committed."""

        self.fingerprint = request.get("fingerprint", "")
        """A fingerprint of the request; the same when it is sent again unchanged."""

        self.message = ids.get("message", "")
        """A fingerprint of the message."""

        self.status = response["status"]
        self.rule = response["rule"]
        self.was_scripted = "fault" in entry or "requestedExample" in entry
        """Whether a fault or `Prefer` caused the response, and not the request itself."""

        self.was_delivered = response.get("transport") in COMPLETE_TRANSPORTS
        """Whether the client received the whole response."""

        self.succeeded = self.was_delivered and self.status == HTTPStatus.OK
        """Whether the client received the response to a success."""

        is_number = RETRY_AFTER_SECONDS.fullmatch(retry_after)
        self.retry_after = float(retry_after) if is_number else None
        self.key = ""
        """The Idempotency-Key, for the operation that processes the same key once."""

        if self.operation_id == "executeManagedAgent":
            self.key = request["headers"].get("idempotency-key", "")

    @property
    def session_error(self) -> str:
        """The rule by which the session could not be continued, or an empty text."""
        if self.was_scripted:
            return ""
        rule = str(self.entry.get("sessionError") or self.rule)
        return rule.removesuffix("-400") if rule.startswith("session-") else ""

    def started_after(self, other: Observation) -> bool:
        """Return whether this request was made after the response to `other` was sent.

        Assumed where the two have different clocks: another machine, or another start.
        """
        return not self._shares_clock(other) or self.started_at >= other.ended_at

    def seconds_since(self, other: Observation) -> float:
        """Return the seconds from the response to `other`, by the clock on which it was longer.

        A client waits by the real clock, a test by the namespace's: both count.
        """
        offset = 0.0 if self._shares_clock(other) else self.clock_offset - other.clock_offset
        return max(self.started_at - other.ended_at + offset, self.at - other.at)

    def _shares_clock(self, other: Observation) -> bool:
        return abs(self.clock_offset - other.clock_offset) < CLOCK_TOLERANCE_SECONDS


Key = TypeVar("Key", bound=Hashable)
Earlier: TypeAlias = BoundedDict[Key, Observation]
"""Earlier requests to compare with, by what the later one must have in common."""


class Detection(NamedTuple):
    """A broken rule, how it was broken, and in which journal entries."""

    rule: str
    text: str
    journal_entries: tuple[int, ...]


def short_id(text: str) -> str:
    """Return an id as reports show it: printable, at most `MAX_ID_CHARS` long."""
    return short_text(text, MAX_ID_CHARS)


def duration_text(seconds: float) -> str:
    """Return a duration with two or three digits and its unit."""
    if seconds < 1:
        return f"{max(seconds, 0) * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - two digits
