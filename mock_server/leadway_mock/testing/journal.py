"""Journal of a test: find, count, wait for and format its requests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from leadway_mock.state.journal import Journal
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.state.journal_query import FIELDS, JournalQuery, compile_query
from leadway_mock.state.journal_wait import JournalWait
from leadway_mock.util.names import suggest

MAX_LISTED = 20
"""Number of requests in a failure message, the newest ones."""


class MockJournal:
    """Every request of this test with its response and the rule behind it, oldest first.

    Keyword arguments select entries: `status` (`404` or `"4xx"`), `rule`, `method`, `path` (with
    `*`), `body` (a part of it), `agent_id`, `execution_id`, `turn`, `fault` and others
    (`leadway_mock.state.journal_query.FIELDS`). A list means any of its values.
    """

    def __init__(self, journal: Callable[[], Journal]) -> None:
        """Take the function that returns the current journal."""
        self._journal = journal

    def __iter__(self) -> Iterator[JournalEntry]:
        return self._journal().find(lambda _: True)

    def __len__(self) -> int:
        return self._journal().count()

    def find(self, **match: Any) -> list[JournalEntry]:  # noqa: ANN401 - JSON values
        """Return the matching entries; raises `TypeError` for an unknown field."""
        return list(self._journal().find(_query(match)))

    def count(self, **match: Any) -> int:  # noqa: ANN401 - JSON values
        """Return the number of matching entries."""
        return len(self.find(**match))

    def wait_for(
        self,
        count: int = 1,
        *,
        timeout: float = 5.0,
        **match: Any,  # noqa: ANN401 - JSON values
    ) -> list[JournalEntry]:
        """Return the matching entries as soon as there are `count`, earlier ones included.

        Raises `AssertionError` with the requests of the test after `timeout` seconds.
        """
        __tracebackhide__ = True
        entries = JournalWait(_query(match), count, timeout, 0).run(self._journal())
        if len(entries) < count:
            text = f"{len(entries)} of {count} requests{describe_query(match)}"
            text = f"{text} within {timeout:g} seconds."
            raise AssertionError(f"{text}\n{format_requests(list(self))}")
        return entries


def describe_query(match: dict[str, Any]) -> str:
    """Return the query as part of a sentence."""
    return f" with {', '.join(f'{name}={value!r}' for name, value in match.items())}" * bool(match)


def format_requests(entries: Sequence[JournalEntry]) -> str:
    """Return the newest entries as text."""
    if not entries:
        return "The mock received no request with this test's token."
    omitted = len(entries) - MAX_LISTED
    note = [f"({omitted} earlier requests are not listed)"] if omitted > 0 else []
    return "\n".join(["Requests:", *note, *map(_format_request, entries[-MAX_LISTED:])])


def _format_request(entry: JournalEntry) -> str:
    request, response = entry["request"], entry["response"]
    line = f"  {entry['number']}. {request['method']} {request['path']}"
    hint = f"\n       {response['hint']}" if response["hint"] else ""
    return f"{line} -> {response['status']} {response['rule']}{hint}"


def _query(match: dict[str, Any]) -> JournalQuery:
    return compile_query({_field(name): value for name, value in match.items()})


def _field(name: str) -> str:
    """Return the field of a keyword: `execution_id` is `executionId`."""
    field = re.sub(r"_(\w)", lambda found: found[1].upper(), name)
    if field in FIELDS:
        return field
    known = [re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", each) for each in FIELDS]
    raise TypeError(f"Journal entries have no field '{name}'; {suggest(name, known)}")
