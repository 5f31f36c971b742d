"""An hour of requests with journal and sessions at their limits, on a manual clock.

Runs without a server, in a process of its own. Each request advances the clock.
"""

from __future__ import annotations

import json
import multiprocessing
import random
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from leadway_mock.agents.builtin import BUILT_IN
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import ManualClock
from leadway_mock.store import open_store
from tests.mock.client import CURRENT, LOCATION, TOKEN

SECONDS = 3_600.0
STEPS = 10
WARM_UP_STEPS = 2
"""After these steps everything is at its limit, and memory must not grow."""

OPEN_CONVERSATIONS = 50
HEADERS = {
    "host": "127.0.0.1",
    "authorization": f"Bearer {TOKEN}",
    "version": "2021-07-28",
    "content-type": "application/json",
}


@dataclass(slots=True)
class Report:
    """Result of a run. `memory` is the resident bytes after each step; 0 without a /proc."""

    memory: list[int] = field(default_factory=list)
    wrong: int = 0
    lost: int = 0
    sessions: int = 0
    entries: int = 0
    counters: int = 0

    @property
    def growth(self) -> int:
        """Bytes by which memory grew after the warm-up."""
        return self.memory[-1] - self.memory[WARM_UP_STEPS - 1]


class LongRun:
    """An emulator, the clients' requests, and the responses that they received."""

    def __init__(self, requests: int, max_sessions: int) -> None:
        self.requests = requests
        self.max_sessions = max_sessions
        self.report = Report()
        settings = Settings(max_sessions=max_sessions, max_turns=20, max_journal=1_000)
        self._clock, self._store = ManualClock(), open_store("memory:")
        self.emulator = Emulator(settings, load_contract(), BUILT_IN, self._store, self._clock)
        self.turns: OrderedDict[str, int] = OrderedDict()
        """Acknowledged turns by session, oldest session first."""

        self._recent: deque[str] = deque(maxlen=OPEN_CONVERSATIONS)

    def run(self) -> Report:
        """Send all requests, and compare the responses with the stored sessions."""
        per_step = self.requests // STEPS
        for step in range(STEPS):
            for number in range(step * per_step, (step + 1) * per_step):
                self._clock.advance(SECONDS / self.requests)
                self.send(number)
            self.report.memory.append(_resident_bytes())
        return self.compare()

    def send(self, number: int) -> None:
        """Half of the requests open a session, a tenth are invalid, the rest continue one."""
        session = random.choice(self._recent) if self._recent else ""  # noqa: S311 - no secret
        message = {"message": f"message {number}", "locationId": LOCATION}
        if number % 10 == 0:
            self._post({"message": 5}, expected=400)
        elif number % 2 or not session:
            self._add(self._post(message)["executionId"])
        else:
            self._post({**message, "executionId": session})
            self.turns[session] += 1

    def _add(self, session: str) -> None:
        """Note a session, and forget the oldest one where the mock does."""
        self.turns[session] = 1
        self._recent.append(session)
        if len(self.turns) > self.max_sessions:
            self.turns.popitem(last=False)

    def _post(self, fields: dict[str, Any], expected: int = 200) -> dict[str, Any]:
        body = json.dumps(fields).encode()
        headers = HEADERS | {"content-length": str(len(body))}
        response = self.emulator.handle(Request("POST", CURRENT, "", headers, body))
        self.report.wrong += response.status != expected
        content: dict[str, Any] = json.loads(response.body)
        return content

    def compare(self) -> Report:
        """Compare the acknowledged turns with the stored ones."""
        sessions, report = self.emulator.sessions, self.report
        for session, turns in self.turns.items():
            stored = sessions.find(session)
            report.lost += stored is None or stored.turns != turns
        report.sessions, report.entries = sessions.count(), self.emulator.journal.count()
        report.counters = len(self._store.export("").counters)
        return report


def _resident_bytes() -> int:
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024


def _run_in_process(pipe: Connection, requests: int, max_sessions: int) -> None:
    pipe.send(LongRun(requests, max_sessions).run())


def long_run(requests: int, max_sessions: int) -> Report:
    """Run in a new process, so that only this run affects the memory."""
    here, there = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    arguments = (there, requests, max_sessions)
    process = spawn.Process(target=_run_in_process, args=arguments, daemon=True)
    process.start()
    there.close()
    try:
        report: Report = here.recv()
        return report
    finally:
        process.join()
