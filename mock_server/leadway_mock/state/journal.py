"""Journal: every request with its response, redacted and limited in size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from leadway_mock.config.settings import Settings
from leadway_mock.state.exchange_record import ExchangeRecord
from leadway_mock.state.journal_entry import JournalEntry, serialize_entry
from leadway_mock.state.journal_query import JournalQuery
from leadway_mock.store import Append, LazyText, Store

PAGE = 200
"""Entries that are read at once in a search."""


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
        items = self._store.items(self._key, after=after, limit=limit)
        decode = self._store.decode
        return [
            cast("JournalEntry", {"number": item.position, **decode(item.value, entry_from_json)})
            for item in items
        ]

    def find(
        self, query: JournalQuery, *, after: int = 0, newest_first: bool = False
    ) -> Iterator[JournalEntry]:
        """Yield the entries that match `query` after number `after`, in the order requested.

        With `newest_first`, smaller numbers come after a number, and all come after 0.
        """
        walk = self._backwards if newest_first else self._forwards
        return (entry for entry in walk(after) if query(entry))

    def _forwards(self, after: int) -> Iterator[JournalEntry]:
        while page := self.entries(after=after, limit=PAGE):
            yield from page
            after = page[-1]["number"]

    def _backwards(self, after: int) -> Iterator[JournalEntry]:
        end = min(after or self.count_written() + 1, self.count_written() + 1)
        while end > 1:
            begin = max(0, end - 1 - PAGE)
            page = self.entries(after=begin, limit=end - 1 - begin)
            # If the oldest were dropped, the page begins later and would end too late.
            yield from reversed([entry for entry in page if entry["number"] < end])
            end = begin + 1 if page and page[0]["number"] < end else 1

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
