"""Waiting for the journal, without holding up the requests that are waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import flask

from leadway_mock.app.control.asking import Asked, Refused
from leadway_mock.app.control.journal import shown
from leadway_mock.app.control.routes import Control
from leadway_mock.delivery import IS_CANCELLED
from leadway_mock.journal import Journal
from leadway_mock.matching import Matcher, matcher

LOOK_AGAIN = 0.02
"""How many seconds pass between two looks at the journal, which other processes write, too."""

LONGEST = 30.0


def register(control: Control) -> None:
    """Answer `waitForEntries`."""
    # A call that waits takes a thread; half of them stay free for what is waited for.
    places = Places(control.emulator.settings.threads // 2)

    @control.route("waitForEntries")
    def waited(asked: Asked) -> dict[str, Any]:
        wait = Wait.read(asked.body)
        with places.taken():
            began = time.monotonic()
            is_cancelled = flask.request.environ.get(IS_CANCELLED, lambda: False)
            entries = wait.outcome(asked.space.journal, is_cancelled)
        return {
            "met": len(entries) >= wait.count,
            "count": len(entries),
            "entries": [shown(entry) for entry in entries],
            "seconds": round(time.monotonic() - began, 3),
        }


class Places:
    """A few calls of this process may wait at the same time, and no more."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._free = threading.BoundedSemaphore(number) if number else None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place; raises `Refused` where none is free."""
        if self._free is None:
            raise Refused(
                503,
                "The mock has one thread, which cannot wait. Start it with --threads 2 or more.",
            )
        if not self._free.acquire(blocking=False):
            raise Refused(
                503,
                f"As many calls wait already as may at the same time: {self._number}.",
                headers={"Retry-After": "1"},
            )
        try:
            yield
        finally:
            self._free.release()


@dataclass(frozen=True, slots=True)
class Wait:
    """What is waited for, and how long."""

    matches: Matcher
    count: int
    timeout: float
    after: int

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Wait:
        """Return what the body of a call asks for."""
        return cls(
            matcher(body.get("match", {})),
            body.get("count", 1),
            min(body.get("timeout", 5.0), LONGEST),
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
            time.sleep(min(LOOK_AGAIN, max(0.0, ends - time.monotonic())))
