"""An hour of load with journal and sessions at their bounds, by a clock that is moved.

It is asked without a server in between, in a process of its own; each request moves the clock on.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from bench.load.requests import FIRST_TURN, NEXT_TURN, PATH
from bench.machine import SERVER_CORE, memory, pin
from bench.measuring.held import HEADERS
from leadway_mock.agents import BUILT_IN
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import ManualClock
from leadway_mock.store import MemoryStore

HOUR = 3_600.0
WARM_UP = 0.2
"""The share of the hour after which all is at its bound, and memory must not grow."""

STEPS = 10
RECENT = 50
"""How many sessions are talked in at the same time."""


@dataclass(slots=True)
class Hour:
    """What an hour of so many requests did: bytes of memory, and microseconds of a request."""

    requests: int
    sessions: int
    journal: int
    memories: list[int] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    wrong: int = 0
    lost: int = 0
    kept: tuple[int, int, int] = (0, 0, 0)
    """How many sessions, entries of the journal and counters there are in the end."""

    @property
    def growth(self) -> int:
        """By how many bytes memory grew after the warm-up."""
        return self.memories[-1] - self.memories[int(STEPS * WARM_UP) - 1]


class Guests:
    """Everybody who talks during the hour, and what they were told."""

    def __init__(self, requests: int, sessions: int) -> None:
        self.hour = Hour(requests, sessions, 1_000)
        settings = Settings(max_sessions=sessions, max_turns=20, max_journal=self.hour.journal)
        self._clock, self._store = ManualClock(), MemoryStore()
        emulator = Emulator(settings, load_contract(), BUILT_IN, self._store, self._clock)
        self.emulator = emulator
        self.told: OrderedDict[str, int] = OrderedDict()  # turns that were answered, by session
        self._recent: deque[str] = deque(maxlen=RECENT)

    def pass_the_hour(self) -> Hour:
        """Let the hour pass, and look at what is left."""
        each = self.hour.requests // STEPS
        for step in range(STEPS):
            began = time.process_time()
            for number in range(step * each, (step + 1) * each):
                self._clock.advance(HOUR / self.hour.requests)
                self.ask(number)
            self.hour.costs.append((time.process_time() - began) / each * 1e6)
            self.hour.memories.append(memory(os.getpid(), peak=False) or 0)
        return self.look_back()

    def ask(self, number: int) -> None:
        """Half of the messages open a session, a tenth are invalid, the rest go on with one."""
        known = random.choice(self._recent) if self._recent else ""
        if number % 10 == 0:
            self._post(b'{"message": 5}', wanted=400)
        elif number % 2 or not known:
            self._begin(self._post(FIRST_TURN % number)["executionId"])
        else:
            self._post(NEXT_TURN % (number, known.encode()))
            self.told[known] += 1

    def _begin(self, session: str) -> None:
        """Remember a session, as many as the mock does."""
        self.told[session] = 1
        self._recent.append(session)
        if len(self.told) > self.hour.sessions:
            self.told.popitem(last=False)

    def _post(self, body: bytes, wanted: int = 200) -> dict[str, Any]:
        headers = HEADERS | {"content-length": str(len(body))}
        answer = self.emulator.handle(Request("POST", PATH, "", headers, body))
        self.hour.wrong += answer.status != wanted
        told: dict[str, Any] = json.loads(answer.body)
        return told

    def look_back(self) -> Hour:
        """Compare what was told with what is kept."""
        sessions = self.emulator.sessions
        for session, turns in self.told.items():
            found = sessions.find(session)
            self.hour.lost += found is None or found.turns != turns
        counters = len(self._store.export("").counters)
        self.hour.kept = sessions.count(), self.emulator.journal.count(), counters
        return self.hour


def _pass(pipe: Connection, requests: int, sessions: int) -> None:
    pin(SERVER_CORE)
    pipe.send(Guests(requests, sessions).pass_the_hour())


def hour(requests: int, sessions: int) -> Hour:
    """Let an hour of so many requests pass in a process of its own, holding so many sessions."""
    here, there = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_pass, args=(there, requests, sessions), daemon=True)
    process.start()
    there.close()
    try:
        found: Hour = here.recv()
        return found
    finally:
        process.join()
