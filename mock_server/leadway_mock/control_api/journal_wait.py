"""Waiting for the journal, without holding up the requests that are waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import flask

from leadway_mock.control_api.journal import entry_to_json
from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.control_api.router import ControlAPI
from leadway_mock.http.delivery import IS_CANCELLED
from leadway_mock.state.journal_wait import JournalWait


def register(control: ControlAPI) -> None:
    """Answer `waitForEntries`."""
    # A call that waits takes a thread; half of them stay free for what is waited for.
    places = WaitSlots(control.emulator.settings.threads // 2)

    @control.route("waitForEntries")
    def waited(asked: ControlCall) -> dict[str, Any]:
        wait = JournalWait.read(asked.body)
        with places.taken():
            began = time.monotonic()
            is_cancelled = flask.request.environ.get(IS_CANCELLED, lambda: False)
            entries = wait.outcome(asked.namespace.journal, is_cancelled)
        return {
            "met": len(entries) >= wait.count,
            "count": len(entries),
            "entries": [entry_to_json(entry) for entry in entries],
            "seconds": round(time.monotonic() - began, 3),
        }


class WaitSlots:
    """A few calls of this process may wait at the same time, and no more."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._free = threading.BoundedSemaphore(number) if number else None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place; raises `Refused` where none is free."""
        if self._free is None:
            raise ControlAPIError(
                503,
                "The mock has one thread, which cannot wait. Start it with --threads 2 or more.",
            )
        if not self._free.acquire(blocking=False):
            raise ControlAPIError(
                503,
                f"As many calls wait already as may at the same time: {self._number}.",
                headers={"Retry-After": "1"},
            )
        try:
            yield
        finally:
            self._free.release()
