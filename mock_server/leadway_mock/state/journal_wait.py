"""Wait until the journal contains enough matching entries."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from leadway_mock.state.journal import Journal
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.state.journal_query import JournalQuery, compile_query

POLL_SECONDS = 0.02
"""Seconds between two reads of the journal, which other processes write, too."""

MAX_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class JournalWait:
    """Query, number of entries, time-out in seconds, and the entry after which to start."""

    query: JournalQuery
    count: int
    timeout: float
    after: int

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> JournalWait:
        """Return the wait that the body of a call describes."""
        return cls(
            compile_query(body.get("match", {})),
            body.get("count", 1),
            min(body.get("timeout", 5.0), MAX_WAIT_SECONDS),
            body.get("after", 0),
        )

    def run(
        self, journal: Journal, should_stop: Callable[[], bool] = lambda: False
    ) -> list[JournalEntry]:
        """Return the matching entries once there are enough, the time is up, or `should_stop`."""
        deadline = time.monotonic() + self.timeout
        found: list[JournalEntry] = []
        seen = self.after
        while True:
            newest = journal.count_written()
            found += journal.find(self.query, after=seen) if newest > seen else ()
            seen = max(seen, newest)
            if len(found) >= self.count or time.monotonic() >= deadline or should_stop():
                return found
            time.sleep(min(POLL_SECONDS, max(0.0, deadline - time.monotonic())))
