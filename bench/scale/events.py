"""Discrete events in seventy lines: processes that let time pass, and wait for resources in line.

A process is a generator. It yields a number to let so many seconds pass, or a resource to wait for
it; what it has taken, it gives back with `Resource.give`.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Generator
from itertools import count
from typing import TypeAlias


class Resource:
    """Something that so many processes may have at a time; whoever came first is served first."""

    def __init__(self, events: Events, number: int) -> None:
        self._events = events
        self._free = number
        self._waiting: deque[Process] = deque()

    def take(self, process: Process) -> None:
        """Go on with `process` once it may have one."""
        if self._free:
            self._free -= 1
            self._events.after(0.0, process)
        else:
            self._waiting.append(process)

    def give(self) -> None:
        """Give one back."""
        if self._waiting:
            self._events.after(0.0, self._waiting.popleft())
        else:
            self._free += 1


Step: TypeAlias = float | Resource
Process: TypeAlias = Generator[Step, None, None]


class Events:
    """What is to happen, in the order of time. `now` is in seconds from the start."""

    def __init__(self) -> None:
        self.now = 0.0
        self._coming: list[tuple[float, int, Process]] = []
        self._order = count()

    def after(self, seconds: float, process: Process) -> None:
        """Go on with `process` after so many seconds."""
        heapq.heappush(self._coming, (self.now + seconds, next(self._order), process))

    def next(self) -> None:
        """Let the next thing happen."""
        self.now, _, process = heapq.heappop(self._coming)
        step = next(process, None)
        if isinstance(step, Resource):
            step.take(process)
        elif step is not None:
            self.after(step, process)
