"""Where the time of a turn goes: what the mock is at, a thousand times a second of its own time."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import Counter
from collections.abc import Mapping
from io import BytesIO
from multiprocessing.connection import Connection
from types import CodeType, FrameType
from typing import Any

from bench.load.requests import FIRST_TURN, PATH, TOKEN
from bench.machine import SERVER_CORE, pin
from leadway_mock.agents import builtin
from leadway_mock.config.settings import Settings
from leadway_mock.http.delivery import HEAD
from leadway_mock.metrics.counters import Metrics
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.pipeline.execute_agent import ExecuteAgentHandler
from leadway_mock.pipeline.pipeline import RequestPipeline
from leadway_mock.pipeline.response_builder import ResponseBuilder
from leadway_mock.server import prompt
from leadway_mock.server.heads import PlainReader
from leadway_mock.state.journal import Journal
from leadway_mock.state.sessions import Sessions
from leadway_mock.web import create_app
from leadway_mock.web.thin_door import ThinDoor

EVERY_SECONDS = 0.001
IDENT = "leadway-mock"
OTHER = "everything in between"

READER = PlainReader()

STEPS: Mapping[CodeType, str] = {
    PlainReader.read.__code__: "reading the head",
    prompt.head.__code__: "writing the head",
    ThinDoor.__call__.__code__: "the thin door",
    Emulator._begin.__code__: "space, number and time of the request",  # noqa: SLF001 - one of its steps
    RequestPipeline._opening.__code__: "operation, token, version, scope",  # noqa: SLF001 - one of its steps
    RequestPipeline._read.__code__: "reading the body",  # noqa: SLF001 - one of its steps
    RequestPipeline._limit.__code__: "quotas",  # noqa: SLF001 - one of its steps
    RequestPipeline._check.__code__: "validation",  # noqa: SLF001 - one of its steps
    ExecuteAgentHandler.execute.__code__: "agent, session and turn",
    builtin.echo.__code__: "what the agent says",
    Sessions.commit.__code__: "keeping the turn",
    ResponseBuilder.finalize.__code__: "the headers of the answer",
    Journal.write.__code__: "the journal",
    Metrics.observe.__code__: "metrics",
}
"""The steps of a turn, by the code that begins them."""


def profile(seconds: float) -> dict[str, int]:
    """Return how often each step was met in so many seconds of processor time of first turns."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_profiled, args=[there, seconds])
    process.start()
    try:
        found: dict[str, int] = here.recv()
    finally:
        process.join()
    return found


def _profiled(pipe: Connection, seconds: float) -> None:
    pin(SERVER_CORE)
    emulator = build_emulator(Settings())
    application = create_app(emulator=emulator)
    met: Counter[str] = Counter()
    _turns(application, 0.2)
    signal.signal(signal.SIGPROF, lambda _, frame: met.update([_step(frame)]))
    signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)
    _turns(application, seconds)
    signal.setitimer(signal.ITIMER_PROF, 0)
    emulator.close()
    pipe.send(dict(met))


def _turns(application: Any, seconds: float) -> None:  # noqa: ANN401 - a WSGI application
    """Answer first turns as the loop does, from bytes to bytes, for so much processor time."""
    around = prompt.surroundings(("127.0.0.1", 1), "127.0.0.1", 1, IDENT)
    number, ends = 0, time.process_time() + seconds
    while time.process_time() < ends:
        number += 1
        _turn(application, around, _request(FIRST_TURN % number))


def _turn(application: Any, around: Mapping[str, Any], data: bytes) -> None:  # noqa: ANN401 - a WSGI application
    read = READER.read(data)
    assert read is not None
    head, body = read
    reply = prompt.Reply(IDENT)
    given = {HEAD: head, "wsgi.input": BytesIO(body)}
    reply.ask(application, {**around, **head.environ, **given})
    assert reply.head.startswith(b"HTTP/1.1 200"), reply.body


def _request(body: bytes) -> bytes:
    lines = (
        f"POST {PATH} HTTP/1.1",
        "Host: 127.0.0.1",
        "Accept: */*",
        f"Authorization: Bearer {TOKEN}",
        "Version: 2021-07-28",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def _step(frame: FrameType | None) -> str:
    """Return the innermost step that a frame is in."""
    while frame is not None:
        step = STEPS.get(frame.f_code)
        if step:
            return step
        frame = frame.f_back
    return OTHER
