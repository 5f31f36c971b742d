"""Journal: every request with its response, redacted and limited in size."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from leadway_mock.config.settings import Settings
from leadway_mock.state.exchange_record import ExchangeRecord
from leadway_mock.state.journal_entry import JournalEntry, serialize_entry
from leadway_mock.state.journal_query import JournalQuery
from leadway_mock.store import Append, Item, LazyText, Store

POLL_SECONDS = 0.02
"""Seconds between two reads of the journal, which other processes write, too."""

MAX_RECORD_BYTES = 16_384
"""Size of an exchange up to which its record is kept in memory; longer ones are truncated."""


class Journal:
    """The newest `max_journal` entries of a namespace."""

    def __init__(self, store: Store, settings: Settings, prefix: str = "") -> None:
        """Use `store`, with a key that begins with `prefix`."""
        self._store = store
        self._max_entries = settings.max_journal
        self._key = f"{prefix}journal"

    def entry_write(self, record: ExchangeRecord) -> Append:
        """Return the write that adds an entry, whose text is made when it is first used.

        The text is without secrets. In the memory of this process, the record stays as it is.
        """
        text = LazyText(serialize_entry, record)
        request, response = record.request, record.response
        size = len(request.body) + len(request.path) + len(request.query)
        size += sum(map(len, request.headers.values())) + len(response.body if response else b"")
        if size > MAX_RECORD_BYTES:
            str(text)  # It is truncated, so it needs less memory than the record.
        return Append(self._key, text, keep=self._max_entries)

    def entries(self, *, after: int, limit: int) -> list[JournalEntry]:
        """Return up to `limit` entries after number `after`, oldest first."""
        return list(map(self._entry, self._store.items(self._key, after=after, limit=limit)))

    def find(
        self, query: JournalQuery, *, after: int = 0, newest_first: bool = False
    ) -> Iterator[JournalEntry]:
        """Yield the entries that match `query` after number `after`, in the order requested.

        With `newest_first`, smaller numbers come after a number, and all come after 0.
        """
        items = self._store.walk(self._key, after=after, newest_first=newest_first)
        return (entry for entry in map(self._entry, items) if query(entry))

    def _entry(self, item: Item) -> JournalEntry:
        content = self._store.decode(item.value, entry_from_json)
        return cast("JournalEntry", {"number": item.position, **content})

    def wait(
        self,
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
            newest = self.count_written()
            found += self.find(query, after=after) if newest > after else ()
            after = max(after, newest)
            if len(found) >= count or time.monotonic() >= deadline or should_stop():
                return found
            time.sleep(min(POLL_SECONDS, max(0.0, deadline - time.monotonic())))

    def count(self) -> int:
        """Return the number of stored entries."""
        return self._store.count(self._key)

    def count_written(self) -> int:
        """Return the number of entries ever written, dropped ones included."""
        newest = self._store.last(self._key)
        return newest.position if newest else 0


def entry_from_json(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the JSON of an entry; raises `TypeError` or `KeyError` if it lacks a main part."""
    if not isinstance(content["at"], int | float) or not all(
        isinstance(content[part], dict) for part in ("request", "response")
    ):
        raise TypeError("a value of the entry has another type")
    return content
