"""Waiting for what other threads and processes do."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx

TIMEOUT_SECONDS = 60.0
POLL_SECONDS = 0.01


def wait_until(holds: Callable[[], Any]) -> None:
    """Wait until `holds` returns something true; an HTTP error of it counts as false."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if holds():
                return
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"not true within {TIMEOUT_SECONDS:g} seconds")
