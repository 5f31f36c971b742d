"""Operation `waitForEntries`, with a limit of concurrent calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import flask

from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.journal import entry_to_json
from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.http.delivery import IS_CANCELLED
from leadway_mock.state.journal_wait import JournalWait


def register(control: ControlAPI) -> None:
    """Add the handler of `waitForEntries`."""
    # Each waiting call blocks a thread; half of them stay free for the requests it waits for.
    slots = WaitSlots(control.emulator.settings.threads // 2)

    @control.route("waitForEntries")
    def wait_for_entries(call: ControlCall) -> dict[str, Any]:
        wait = JournalWait.from_json(call.body)
        with slots.acquire():
            started_at = time.monotonic()
            is_cancelled = flask.request.environ.get(IS_CANCELLED, lambda: False)
            entries = wait.run(call.namespace.journal, is_cancelled)
        return {
            "timedOut": len(entries) < wait.count,
            "count": len(entries),
            "entries": [entry_to_json(entry) for entry in entries],
            "elapsedSeconds": round(time.monotonic() - started_at, 3),
        }


class WaitSlots:
    """Limits how many calls of this process wait at the same time."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._free = threading.BoundedSemaphore(number) if number else None

    @contextmanager
    def acquire(self) -> Iterator[None]:
        """Occupy a slot; raises `ControlAPIError` if none is free."""
        if self._free is None:
            raise ControlAPIError(
                503,
                "The mock has one thread, which cannot wait. Start it with --threads 2 or more.",
            )
        if not self._free.acquire(blocking=False):
            raise ControlAPIError(
                503,
                f"At most {self._number} calls may wait at the same time; try again later.",
                headers={"Retry-After": "1"},
            )
        try:
            yield
        finally:
            self._free.release()
