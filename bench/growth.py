"""Cost of a turn of the mock as sessions accumulate, and as one conversation grows.

Each size has a process of its own, so that only its own objects burden its garbage collector. There
is no server in between, and the cost is processor time, which other programs hardly disturb.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from bench.system import SERVER_CORE, memory, pin, print_progress
from bench.tables import ROOT, measure_in_rounds, source_folders
from bench.workloads import FOLLOWING, MESSAGE, PATH, QUERY, first_body, next_body, token
from leadway_mock.config.settings import Settings
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.sessions import Session

HEADERS = {
    "host": "127.0.0.1",
    "authorization": f"Bearer {token(0)}",
    "version": "2021-07-28",
    "content-type": "application/json",
}
NO_LIMIT = 1_000_000_000
SAMPLED_SESSIONS = 10_000

Cost = Callable[[int], float]
"""Makes a number of calls, and returns the microseconds of one."""

Scenario = Callable[[int], Cost]
"""Prepares a size, and returns what measures a turn at that size."""


@dataclass(frozen=True, slots=True)
class Step:
    """Processor time of a turn at one size, in microseconds, one value for each round."""

    size: int
    costs: list[float]
    memory: int | None


class _Client:
    """Client of an emulator without limits."""

    def __init__(self) -> None:
        settings = Settings(
            max_sessions=NO_LIMIT, max_turns=NO_LIMIT, session_idle_seconds=NO_LIMIT
        )
        self.emulator = build_emulator(settings)
        self._numbers = count()

    def send(self, session: str = "") -> str:
        """Send the first or the next message of a session, and return its id."""
        text = (FOLLOWING if session else MESSAGE).format(next(self._numbers))
        body = next_body(text, session) if session else first_body(text)
        returned = str(json.loads(execute(self.emulator, body))["executionId"])
        assert returned == (session or returned), returned
        return returned


def execute(emulator: Emulator, body: str, **headers: str) -> bytes:
    """Send the body of a message; return that of the response."""
    content = body.encode()
    sized = HEADERS | headers | {"content-length": str(len(content))}
    return emulator.handle(Request("POST", PATH, QUERY, sized, content)).body


def microseconds(call: Callable[[], object], times: int) -> float:
    """Return the microseconds of processor time of a call."""
    started = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - started) / times * 1e6


def many_sessions(size: int) -> Cost:
    """Measure a turn beside `size` stored sessions: half open one, half continue one."""
    client = _Client()
    namespace = client.emulator.namespaces.shared()
    sessions = namespace.sessions
    first = sessions.find(client.send())
    assert first is not None
    assert first.newest is not None
    ids = [f"{random.getrandbits(96):024x}" for _ in range(size - 1)]
    for each in ids:
        namespace.store.commit(sessions.turn_writes(Session(each), first.newest))
    sample = random.sample(ids, min(SAMPLED_SESSIONS, len(ids)))

    def both() -> None:
        client.send()
        client.send(random.choice(sample))

    return lambda calls: microseconds(both, calls) / 2


def long_conversation(turn: int) -> Cost:
    """Measure turn `turn` of a conversation and the following ones."""
    client = _Client()
    if turn == 1:
        return lambda calls: microseconds(client.send, calls)
    if turn == 2:  # noqa: PLR2004 - each session has one second turn, so each call needs another

        def second_turns(calls: int) -> float:
            sessions = iter([client.send() for _ in range(calls)])
            return microseconds(lambda: client.send(next(sessions)), calls)

        return second_turns
    session = client.send()
    for _ in range(turn - 2):
        client.send(session)
    return lambda calls: microseconds(lambda: client.send(session), calls)


def measure_growth(scenario: Scenario, sizes: Sequence[int], rounds: int, calls: int) -> list[Step]:
    """Return the cost of a turn at each size; an empty list where a process ends early."""
    print_progress(f"growth: {scenario.__name__.replace('_', ' ')}")
    try:
        with ExitStack() as stack:
            processes = {
                size: stack.enter_context(MeasuringProcess(partial(scenario, size)))
                for size in sizes
            }
            measures = {size: partial(each.measure, calls) for size, each in processes.items()}
            costs = measure_in_rounds(measures, rounds)
    except BrokenProcessPool:
        print_progress("growth: a process ended early, perhaps for lack of memory; left out")
        return []
    return [Step(size, costs[size], processes[size].memory) for size in sizes]


class MeasuringProcess(ProcessPoolExecutor):
    """A process in which a scenario is prepared, with the mock of a checkout.

    Attributes:
        memory: Resident bytes once it is prepared.
    """

    def __init__(self, scenario: Callable[[], Cost], checkout: Path = ROOT) -> None:
        super().__init__(1, multiprocessing.get_context("spawn"))
        before = sys.path
        sys.path = [*source_folders(checkout), *before]  # A new process imports from there, too.
        try:
            self.memory: int | None = self.submit(_prepare, scenario).result()
        finally:
            sys.path = before

    def measure(self, calls: int) -> float:
        """Return the microseconds of a call."""
        return self.submit(_measure, calls).result()


_prepared: list[Cost] = []
"""The prepared scenario of this process."""


def _prepare(scenario: Callable[[], Cost]) -> int | None:
    """Prepare a scenario in this process, and return the memory that it takes."""
    pin(SERVER_CORE)
    _prepared.append(scenario())
    resident = memory(os.getpid())
    _measure(20)
    return resident


def _measure(calls: int) -> float:
    return _prepared[0](calls)
