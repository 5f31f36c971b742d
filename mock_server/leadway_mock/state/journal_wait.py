"""Wait until the journal contains enough matching entries."""

from __future__ import annotations

import time
from collections.abc import Callable

from leadway_mock.state.journal import Journal
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.state.journal_query import JournalQuery

POLL_SECONDS = 0.02
"""Seconds between two reads of the journal, which other processes write, too."""


def wait_for_entries(  # noqa: PLR0913 - the body of a call, by keyword
    journal: Journal,
    query: JournalQuery,
    count: int,
    timeout: float,
    *,
    after: int = 0,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[JournalEntry]:
    """Return the matching entries after number `after`.

    Waits until there are `count`, for up to `timeout` seconds, or until `should_stop`.
    """
    deadline = time.monotonic() + timeout
    found: list[JournalEntry] = []
    while True:
        newest = journal.count_written()
        found += journal.find(query, after=after) if newest > after else ()
        after = max(after, newest)
        if len(found) >= count or time.monotonic() >= deadline or should_stop():
            return found
        time.sleep(min(POLL_SECONDS, max(0.0, deadline - time.monotonic())))
