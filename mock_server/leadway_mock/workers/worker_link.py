"""A worker's side of the connection to its supervisor."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable

from leadway_mock.metrics.counters import Metrics, MetricTotals
from leadway_mock.metrics.peers import PeerError, PeerTotals
from leadway_mock.workers.line_protocol import Message, MessageSocket

RESPONSE_TIMEOUT_SECONDS = 5.0
"""Time for the supervisor's response; the supervisor waits a shorter time for the workers."""


class WorkerLink:
    """`WorkerGroup` of a worker: it reaches the others through the supervisor."""

    def __init__(self, connection: MessageSocket, size: int) -> None:
        """Use the worker's end of the connection; `size` is the configured number of workers."""
        self._connection = connection
        self._size = size
        self._metrics = Metrics()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue[PeerTotals]] = {}

    @property
    def size(self) -> int:
        """Configured number of workers."""
        return self._size

    def open(self, metrics: Metrics, stop: Callable[[], None]) -> None:
        """Report that this worker serves, and `metrics` on request.

        Calls `stop` when the supervisor asks for it, and when the supervisor has ended.
        """
        self._metrics = metrics
        thread = threading.Thread(
            target=self._receive, args=(stop,), name="leadway-link", daemon=True
        )
        thread.start()
        self._connection.send(ready=True)

    def fail(self, reason: str) -> None:
        """Report why this worker cannot serve, before it ends."""
        self._connection.send(failed=reason)

    def close(self) -> None:
        """Report the final metrics, before this worker ends."""
        self._send_totals(of=0)

    def collect(self) -> PeerTotals:
        """Return the metrics of the other workers; raises `PeerError`."""
        number = next(self._numbers)
        response = self._waiting[number] = queue.SimpleQueue()
        try:
            self._connection.send(query=number, totals=self._metrics.totals().to_json())
            return response.get(timeout=RESPONSE_TIMEOUT_SECONDS)
        except queue.Empty:
            raise PeerError("The supervisor of the workers does not respond.") from None
        finally:
            del self._waiting[number]

    def _receive(self, stop: Callable[[], None]) -> None:
        while (messages := self._connection.receive()) is not None:
            for message in messages:
                self._on_message(message)
        stop()

    def _on_message(self, message: Message) -> None:
        if "report" in message:
            self._send_totals(of=message["report"])
            return
        waiting = self._waiting.get(message["of"])
        if waiting is not None:
            waiting.put(
                PeerTotals(MetricTotals.from_json(message["others"]), message["responding"])
            )

    def _send_totals(self, *, of: int) -> None:
        self._connection.send(totals=self._metrics.totals().to_json(), of=of)
