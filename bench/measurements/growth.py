"""Cost of a turn of the mock as sessions accumulate, and as one conversation grows.

Each size has a process of its own, so that only its own objects burden its garbage collector. There
is no server in between, and the cost is processor time, which other programs hardly disturb.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from bench.load.requests import FIRST_TURN, NEXT_TURN, PATH, TOKEN
from bench.machine import SERVER_CORE, memory, pin
from bench.measurements.plan import Plan
from bench.measurements.rounds import print_progress, rotate
from bench.results import Step
from leadway_mock.config.settings import Settings
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.state.sessions import Session, Turn

HEADERS = {
    "host": "127.0.0.1",
    "authorization": f"Bearer {TOKEN}",
    "version": "2021-07-28",
    "content-type": "application/json",
}
NO_LIMIT = 1_000_000_000
SAMPLED_SESSIONS = 10_000

Cost = Callable[[int], float]
"""Makes a number of calls, and returns the microseconds of one."""

Scenario = Callable[[int], Cost]
"""Prepares a size, and returns what measures a turn at that size."""


class FilledEmulator:
    """An emulator with many sessions or with a long one.

    Sessions are added through the commit that every turn uses.
    """

    def __init__(self) -> None:
        settings = Settings(
            max_sessions=NO_LIMIT, max_turns=NO_LIMIT, session_idle_seconds=NO_LIMIT
        )
        self._emulator = build_emulator(settings)
        self._calls = 0
        self._ids: list[str] = []

    def add_sessions(self, number: int) -> None:
        """Add sessions of one turn each."""
        turn = self._new_turn()
        ids = [_random_id() for _ in range(number - 1)]
        for each in ids:
            self._emulator.sessions.commit(Session(each), turn)
        self._ids = random.sample(ids, min(SAMPLED_SESSIONS, len(ids)))

    def add_long_session(self, turns: int) -> str:
        """Add a session of so many turns, and return its id."""
        execution_id = _random_id()
        session, turn = Session(execution_id), self._new_turn()
        for number in range(1, turns + 1):
            added = replace(turn, number=number)
            self._emulator.sessions.commit(session, added)
            session = Session(execution_id, added)
        return execution_id

    def mixed_cost(self, calls: int) -> float:
        """Return the microseconds of a turn: half open a session, half continue one."""

        def both() -> None:
            self.send_first()
            self.send_next(random.choice(self._ids))

        return _microseconds(both, calls) / 2

    def send_first(self) -> str:
        """Send the first message of a session, and return its id."""
        return str(self._send(FIRST_TURN % self._next_number())["executionId"])

    def send_next(self, execution_id: str) -> None:
        """Send the next message of a session."""
        content = self._send(NEXT_TURN % (self._next_number(), execution_id.encode()))
        assert content["executionId"] == execution_id, content

    def _new_turn(self) -> Turn:
        session = self._emulator.sessions.find(self.send_first())
        assert session is not None
        assert session.newest is not None
        return session.newest

    def _next_number(self) -> int:
        self._calls += 1
        return self._calls

    def _send(self, body: bytes) -> dict[str, Any]:
        headers = HEADERS | {"content-length": str(len(body))}
        response = self._emulator.handle(Request("POST", PATH, "", headers, body))
        content: dict[str, Any] = json.loads(response.body)
        return content


def _random_id() -> str:
    return f"{random.getrandbits(120):024x}"[:24]


def _microseconds(call: Callable[[], object], times: int) -> float:
    """Return the microseconds of processor time of a call."""
    started = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - started) / times * 1e6


def many_sessions(size: int) -> Cost:
    """Measure a turn beside `size` stored sessions."""
    emulator = FilledEmulator()
    emulator.add_sessions(size)
    return emulator.mixed_cost


def long_conversation(turn: int) -> Cost:
    """Measure turn `turn` of a conversation and the following ones."""
    emulator = FilledEmulator()
    if turn == 1:
        return lambda calls: _microseconds(emulator.send_first, calls)
    if turn == 2:  # noqa: PLR2004 - each session has one second turn, so each call needs another
        return lambda calls: _second_turns(emulator, calls)
    session = emulator.add_long_session(turn - 1)
    return lambda calls: _microseconds(lambda: emulator.send_next(session), calls)


def _second_turns(emulator: FilledEmulator, calls: int) -> float:
    sessions = iter([emulator.send_first() for _ in range(calls)])
    return _microseconds(lambda: emulator.send_next(next(sessions)), calls)


def measure_growth(scenario: Scenario, sizes: Sequence[int], plan: Plan) -> list[Step]:
    """Return the cost of a turn at each size; an empty list where a process ends early."""
    costs: dict[int, list[float]] = {size: [] for size in sizes}
    try:
        with ExitStack() as stack:
            pipes = {size: stack.enter_context(_prepared(scenario, size)) for size in sizes}
            memories = {size: pipe.recv() for size, pipe in pipes.items()}
            for number in range(plan.growth_rounds):
                for size in rotate(sizes, number):
                    pipes[size].send(plan.growth_calls)
                    costs[size].append(pipes[size].recv())
    except EOFError:
        print_progress("growth: a process ended early, perhaps for lack of memory; left out")
        return []
    return [Step(size, costs[size], memories[size]) for size in sizes]


@contextmanager
def _prepared(scenario: Scenario, size: int) -> Iterator[Connection]:
    """Prepare a size in a new process, and yield the pipe to it."""
    print_progress(f"growth: {scenario.__name__.replace('_', ' ')}, {size:,}")
    here, there = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_measure_on_request, args=[there, scenario, size], daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        process.kill()
        process.join()


def _measure_on_request(pipe: Connection, scenario: Scenario, size: int) -> None:
    """Prepare, send the memory that it took, and measure for each number of calls received."""
    pin(SERVER_CORE)
    cost = scenario(size)
    pipe.send(memory(os.getpid(), peak=False))
    cost(20)
    while True:
        pipe.send(cost(pipe.recv()))
