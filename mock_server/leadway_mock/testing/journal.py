"""The requests of a test: found, counted, waited for, and told to people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from leadway_mock.state.journal import Journal
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.state.journal_query import FIELDS, JournalQuery, compile_query
from leadway_mock.state.journal_wait import JournalWait

MAX_LISTED = 20
"""How many requests a failure tells; the last ones matter."""


class MockJournal:
    """Every request of this test with its answer and the reason, the oldest first.

    What an entry has to be is told by keyword: `status` (`404` or `"4xx"`), `rule`, `method`,
    `path` (with `*`), `body` (a part of it), `agent_id`, `execution_id`, `turn`, `fault` and others
    (`leadway_mock.state.journal_query.FIELDS`). A list means any of its values.
    """

    def __init__(self, journal: Callable[[], Journal]) -> None:
        """Take what returns the journal as it stands."""
        self._journal = journal

    def __iter__(self) -> Iterator[JournalEntry]:
        """Yield each entry."""
        return self._journal().find(lambda _: True)

    def __len__(self) -> int:
        return self._journal().count()

    def find(self, **match: Any) -> list[JournalEntry]:  # noqa: ANN401 - JSON values
        """Return the entries that match; raises `TypeError` for a name that entries lack."""
        return list(self._journal().find(_matcher(match)))

    def count(self, **match: Any) -> int:  # noqa: ANN401 - JSON values
        """Return how many entries match."""
        return len(self.find(**match))

    def wait_for(
        self,
        count: int = 1,
        *,
        timeout: float = 5.0,
        **match: Any,  # noqa: ANN401 - JSON values
    ) -> list[JournalEntry]:
        """Return the entries that match as soon as there are `count`, those of before included.

        Raises `AssertionError` with what came instead when `timeout` seconds have passed.
        """
        __tracebackhide__ = True
        found = JournalWait(_matcher(match), count, timeout, 0).run(self._journal())
        if len(found) < count:
            told = f"{len(found)} of {count} requests came in {timeout:g} seconds"
            raise AssertionError(f"{told}{describe_query(match)}.\n{format_requests(list(self))}")
        return found


def describe_query(match: dict[str, Any]) -> str:
    """Return what was looked for, for a sentence."""
    return f" with {', '.join(f'{name}={value!r}' for name, value in match.items())}" * bool(match)


def format_requests(entries: Sequence[JournalEntry]) -> str:
    """Return the last entries as text."""
    if not entries:
        return "No request came with this test's token."
    left_out = len(entries) - MAX_LISTED
    head = [f"({left_out} earlier ones are left out)"] if left_out > 0 else []
    return "\n".join(["Requests:", *head, *map(_format_request, entries[-MAX_LISTED:])])


def _format_request(entry: JournalEntry) -> str:
    """Return one entry as text: what was asked and answered, and the hint."""
    request, answer = entry["request"], entry["response"]
    line = f"  {entry['number']}. {request['method']} {request['path']}"
    hint = f"\n       {answer['hint']}" if answer["hint"] else ""
    return f"{line} -> {answer['status']} {answer['rule']}{hint}"


def _matcher(match: dict[str, Any]) -> JournalQuery:
    named = {_name(name): value for name, value in match.items()}
    return compile_query(named)


def _name(name: str) -> str:
    """Return the entry's own name for a keyword: `execution_id` is `executionId`."""
    own = re.sub(r"_(\w)", lambda found: found[1].upper(), name)
    if own in FIELDS:
        return own
    known = [re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", each) for each in FIELDS]
    near = get_close_matches(name, known, n=1)
    cure = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
    raise TypeError(f"Requests cannot be found by {name}. {cure}")
