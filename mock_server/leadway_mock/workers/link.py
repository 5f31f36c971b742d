"""A worker's end of its line: it says that it answers, asks about the others, hears the end."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable

from leadway_mock.metrics.counters import Metrics, Tally
from leadway_mock.metrics.peers import CrewError, Others
from leadway_mock.workers.lines import Line, Message

PATIENCE = 5.0
"""Seconds for the supervisor to answer. It waits a shorter time for the other workers."""


class Link:
    """A worker's `Crew`: it knows the others by its supervisor."""

    def __init__(self, line: Line, size: int) -> None:
        """Use `line`, the worker's end; `size` is how many workers there are to be."""
        self._line = line
        self._size = size
        self._metrics = Metrics()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue[Others]] = {}

    @property
    def size(self) -> int:
        """How many workers there are to be."""
        return self._size

    def open(self, metrics: Metrics, stop: Callable[[], None]) -> None:
        """Say that this worker answers, and tell of `metrics`; call `stop` when all is to end.

        It is to end when the supervisor says so, and when there is no supervisor any more.
        """
        self._metrics = metrics
        listening = threading.Thread(
            target=self._listen, args=(stop,), name="leadway-link", daemon=True
        )
        listening.start()
        self._line.send(ready=True)

    def fail(self, reason: str) -> None:
        """Say why this worker cannot answer; it ends now."""
        self._line.send(failed=reason)

    def close(self) -> None:
        """Leave what was counted to the others; this worker ends now."""
        self._tell(of=0)

    def others(self) -> Others:
        """Ask the others what they have counted; raises `CrewError` where nobody passes it on."""
        number = next(self._numbers)
        answer = self._waiting[number] = queue.SimpleQueue()
        try:
            self._line.send(ask=number, tally=self._metrics.tally().as_json())
            return answer.get(timeout=PATIENCE)
        except queue.Empty:
            raise CrewError("The supervisor of the workers does not answer.") from None
        finally:
            del self._waiting[number]

    def _listen(self, stop: Callable[[], None]) -> None:
        while (messages := self._line.received()) is not None:
            for message in messages:
                self._hear(message)
        stop()

    def _hear(self, message: Message) -> None:
        if "tell" in message:
            self._tell(of=message["tell"])
            return
        waiting = self._waiting.get(message["of"])
        if waiting is not None:
            waiting.put(Others(Tally.from_json(message["others"]), message["answered"]))

    def _tell(self, *, of: int) -> None:
        self._line.send(tally=self._metrics.tally().as_json(), of=of)
