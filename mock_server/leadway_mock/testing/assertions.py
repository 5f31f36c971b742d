"""What a test asks of its mock: who said what, which requests came, and how well that was done."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from leadway_mock.conformance import (
    ConformanceReport,
    Coverage,
    assert_conformant,
    coverage,
    evaluate,
)
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.testing.arrangement import Arrangement
from leadway_mock.testing.conversations import (
    Conversation,
    conversations,
    format_conversation,
    has_message,
)
from leadway_mock.testing.host import Host
from leadway_mock.testing.journal import MockJournal, describe_query, format_requests


class Assertions(Arrangement):
    """A place that tells what it has seen. Each failure shows what there is instead.

    `__tracebackhide__` has pytest point at the line of the test, and not at ours.
    """

    def __init__(
        self, host: Host | None, settings: dict[str, Any], *, serve: bool, folder: Path
    ) -> None:
        """See `Scripting`."""
        super().__init__(host, settings, serve=serve, folder=folder)
        self.journal = MockJournal(lambda: self.space.journal)
        """Every request of this test: `find`, `count`, or a loop over it."""

    @property
    def sessions(self) -> list[Conversation]:
        """The conversations of this test, the oldest first."""
        return conversations(self.space)

    def wait_for(
        self,
        count: int = 1,
        *,
        timeout: float = 5.0,
        **match: Any,  # noqa: ANN401 - JSON values
    ) -> list[JournalEntry]:
        """Wait for requests that match, as `journal.wait_for` does; for work in the background."""
        __tracebackhide__ = True
        return self.journal.wait_for(count, timeout=timeout, **match)

    async def wait_for_async(
        self,
        count: int = 1,
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 - it is the journal that waits, in a thread
        **match: Any,  # noqa: ANN401 - JSON values
    ) -> list[JournalEntry]:
        """Wait as `wait_for` does, while asyncio goes on."""
        __tracebackhide__ = True
        return await asyncio.to_thread(self.journal.wait_for, count, timeout=timeout, **match)

    def assert_said(self, *messages: str | re.Pattern[str]) -> None:
        """Require a conversation in which the caller said just this, in this order.

        A text is the whole message; a compiled pattern may be found anywhere in it.
        """
        __tracebackhide__ = True
        found = self.sessions
        if not any(has_message(each, messages) for each in found):
            lines = "\n".join(f"  {number}. {each}" for number, each in enumerate(messages, 1))
            raise AssertionError(f"Nobody said just this:\n{lines}\n\n{format_conversation(found)}")

    def assert_turns(self, *counts: int) -> None:
        """Require conversations of just so many turns: `assert_turns(3)` is one, of three."""
        __tracebackhide__ = True
        found = self.sessions
        if [len(each.turns) for each in found] != list(counts):
            there = ", ".join(str(len(each.turns)) for each in found) or "none"
            asked = ", ".join(map(str, counts)) or "none"
            message = f"Turns of the conversations: {there}; expected: {asked}."
            raise AssertionError(f"{message}\n\n{format_conversation(found)}")

    def assert_requests(self, count: int, **match: Any) -> None:  # noqa: ANN401 - JSON values
        """Require so many requests that match, as `journal.find` understands it."""
        __tracebackhide__ = True
        found = self.journal.count(**match)
        if found != count:
            were = f"{found} requests came{describe_query(match)}; expected: {count}."
            raise AssertionError(f"{were}\n{format_requests(list(self.journal))}")

    def assert_conformant(self, *, allow: Iterable[str] = ()) -> None:
        """Require a verdict without errors; `allow` has the ids of findings to leave out."""
        __tracebackhide__ = True
        idle = self.space.settings.session_idle_seconds
        assert_conformant(self.journal, allow=allow, idle_seconds=idle)

    def conformance(self, *, allow: Iterable[str] = (), where: str = "") -> ConformanceReport:
        """Grade the application; `where` names this test in a report on several."""
        idle = self.space.settings.session_idle_seconds
        return evaluate(self.journal, allow=allow, idle_seconds=idle, where=where)

    def coverage(self) -> Coverage:
        """Return which documented outcomes this test has met."""
        return coverage(self.journal, self.host.emulator.contract)
