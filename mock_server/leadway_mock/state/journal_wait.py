"""Waits until the journal holds enough matching entries."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from leadway_mock.state.journal import Journal
from leadway_mock.state.journal_query import JournalQuery, compile_query

POLL_SECONDS = 0.02
"""How many seconds pass between two looks at the journal, which other processes write, too."""


MAX_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class JournalWait:
    """What is waited for, and how long."""

    matches: JournalQuery
    count: int
    timeout: float
    after: int

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> JournalWait:
        """Return what the body of a call asks for."""
        return cls(
            compile_query(body.get("match", {})),
            body.get("count", 1),
            min(body.get("timeout", 5.0), MAX_WAIT_SECONDS),
            body.get("after", 0),
        )

    def outcome(
        self, journal: Journal, stops: Callable[[], bool] = lambda: False
    ) -> list[dict[str, Any]]:
        """Return the entries that matched, once they are enough, the time is up, or all `stops`."""
        ends = time.monotonic() + self.timeout
        found: list[dict[str, Any]] = []
        seen = self.after
        while True:
            newest = journal.written()
            found += journal.found(self.matches, after=seen) if newest > seen else ()
            seen = max(seen, newest)
            if len(found) >= self.count or time.monotonic() >= ends or stops():
                return found
            time.sleep(min(POLL_SECONDS, max(0.0, ends - time.monotonic())))
