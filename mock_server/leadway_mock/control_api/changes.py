"""Operation that waits for a change of the namespace, for the console and other watchers."""

from __future__ import annotations

import time
from typing import Any, Final

from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import ControlCall
from leadway_mock.control_api.wait_slots import is_cancelled

POLL_SECONDS: Final = 0.1
"""Seconds between two reads of the cursor, since other processes change the namespace, too."""


def register(control: ControlAPI) -> None:
    """Add the handler of the operation."""

    @control.route("waitForChange")
    def wait_for_change(call: ControlCall) -> dict[str, Any]:
        after, cursor = call.query.get("after", ""), call.namespace.cursor()
        if cursor == after:
            with control.wait_slots.acquire():
                cursor = _wait(call, after)
        return {"cursor": cursor, "changed": cursor != after}


def _wait(call: ControlCall, after: str) -> str:
    """Return the new cursor, or `after` when the time is up or nobody needs the response."""
    deadline = time.monotonic() + call.query["timeout"]
    should_stop = is_cancelled()
    while time.monotonic() < deadline and not should_stop():
        time.sleep(POLL_SECONDS)
        cursor = call.namespace.cursor()
        if cursor != after:
            return cursor
    return after
