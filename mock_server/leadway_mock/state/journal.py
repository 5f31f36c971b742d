"""The journal: every request and what it was answered, without secrets, and bounded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from leadway_mock.config.settings import Settings
from leadway_mock.state.exchange_record import ExchangeRecord
from leadway_mock.state.journal_entry import serialize_entry
from leadway_mock.state.journal_query import JournalQuery
from leadway_mock.store import Store

PAGE = 200
"""How many entries are read at once where all are looked through."""


class Journal:
    """Writes exchanges down, the oldest making room for the newest."""

    def __init__(self, store: Store, settings: Settings, prefix: str = "") -> None:
        """Keep the journal in `store` under a key that begins with `prefix`."""
        self._store = store
        self._keep = settings.max_journal
        self._key = f"{prefix}journal"

    def write(self, record: ExchangeRecord) -> None:
        """Write one exchange. Secrets are redacted, long texts truncated."""
        self._store.append(self._key, serialize_entry(record), keep=self._keep)

    def entries(self, *, after: int, limit: int) -> list[dict[str, Any]]:
        """Return up to `limit` entries behind number `after`, oldest first, each numbered."""
        items = self._store.items(self._key, after=after, limit=limit)
        return [{"number": item.position, **orjson.loads(item.value)} for item in items]

    def found(
        self, matches: JournalQuery, *, after: int = 0, newest_first: bool = False
    ) -> Iterator[dict[str, Any]]:
        """Yield each entry that `matches`, behind number `after` in the order that is asked for.

        With `newest_first`, behind a number are the smaller ones, and behind 0 are all.
        """
        walk = self._backwards if newest_first else self._forwards
        return (entry for entry in walk(after) if matches(entry))

    def _forwards(self, after: int) -> Iterator[dict[str, Any]]:
        while page := self.entries(after=after, limit=PAGE):
            yield from page
            after = page[-1]["number"]

    def _backwards(self, after: int) -> Iterator[dict[str, Any]]:
        end = min(after or self.written() + 1, self.written() + 1)
        while end > 1:
            begin = max(0, end - 1 - PAGE)
            page = self.entries(after=begin, limit=end - 1 - begin)
            # Where the oldest made room, the page begins behind `begin` and would reach too far.
            yield from reversed([entry for entry in page if entry["number"] < end])
            end = begin + 1 if page and page[0]["number"] < end else 1

    def count(self) -> int:
        """Return how many entries are kept."""
        return self._store.count(self._key)

    def written(self) -> int:
        """Return how many entries were written, those included that made room since."""
        newest = self._store.last(self._key)
        return newest.position if newest else 0
