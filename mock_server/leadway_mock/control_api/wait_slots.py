"""Limits the calls that wait for something, each of which blocks a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import flask

from leadway_mock.control_api.request_reader import ControlAPIError
from leadway_mock.http.delivery import IS_CANCELLED


class WaitSlots:
    """Limits how many calls of this process wait at the same time."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._free = threading.BoundedSemaphore(number) if number else None

    @contextmanager
    def acquire(self) -> Iterator[None]:
        """Occupy a slot; raises `ControlAPIError` if none is free."""
        if self._free is None:
            hint = "Start it with --threads 2 or more."
            raise ControlAPIError(503, f"The mock has one thread, which cannot wait. {hint}")
        if not self._free.acquire(blocking=False):
            message = f"At most {self._number} calls may wait at the same time; try again later."
            raise ControlAPIError(503, message, headers={"Retry-After": "1"})
        try:
            yield
        finally:
            self._free.release()


def is_cancelled() -> Callable[[], bool]:
    """Return the function that says whether the present request's client needs no response."""
    found: Callable[[], bool] = flask.request.environ.get(IS_CANCELLED, lambda: False)
    return found
