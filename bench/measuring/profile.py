"""Where the time of a turn goes: what the mock is at, a thousand times a second of its own time."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from types import CodeType, FrameType

from bench.load.requests import FIRST_TURN, PATH, TOKEN
from bench.machine import SERVER_CORE, pin
from leadway_mock.agents import built_in
from leadway_mock.answering import Answering
from leadway_mock.app import build_emulator, create_app
from leadway_mock.app.door import PlatformApi
from leadway_mock.conversing import Conversing
from leadway_mock.emulator import Emulator
from leadway_mock.http_server import Server
from leadway_mock.http_server.protocol import HttpProtocol
from leadway_mock.http_server.responses import RawResponse
from leadway_mock.journal import Journal
from leadway_mock.metrics import Metrics
from leadway_mock.serving import open_server
from leadway_mock.sessions import Sessions
from leadway_mock.settings import Settings
from leadway_mock.story import Story

EVERY_SECONDS = 0.001
OTHER = "everything in between"

STEPS: Mapping[CodeType, str] = {
    HttpProtocol.data_received.__code__: "reading the request",
    RawResponse.head.__code__: "writing the head",
    PlatformApi.respond.__code__: "the host, and what is reloaded",
    Emulator._begun.__code__: "space, number and time of the request",  # noqa: SLF001 - one of its steps
    Story._opening.__code__: "operation, token, version, scope",  # noqa: SLF001 - one of its steps
    Story._read.__code__: "reading the body",  # noqa: SLF001 - one of its steps
    Story._limit.__code__: "quotas",  # noqa: SLF001 - one of its steps
    Story._check.__code__: "validation",  # noqa: SLF001 - one of its steps
    Conversing.execute.__code__: "agent, session and turn",
    built_in.echo.__code__: "what the agent says",
    Sessions.commit.__code__: "keeping the turn",
    Answering.finished.__code__: "the headers of the answer",
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
    server = open_server(create_app(emulator=emulator), Settings(port=0))
    turn = _on_a_connection(server)
    met: Counter[str] = Counter()
    _turns(turn, 0.2)
    signal.signal(signal.SIGPROF, lambda _, frame: met.update([_step(frame)]))
    signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)
    _turns(turn, seconds)
    signal.setitimer(signal.ITIMER_PROF, 0)
    server.stop()
    emulator.close()
    pipe.send(dict(met))


class _Transport(asyncio.Transport):
    """Keeps what is written last."""

    written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written = bytes(data)

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0


def _on_a_connection(server: Server) -> Callable[[bytes], bytes]:
    """Return what answers one request as the server's loop does, from bytes to bytes."""
    transport, protocol = _Transport(), server.protocol(asyncio.new_event_loop())
    protocol.connection_made(transport)

    def turn(data: bytes) -> bytes:
        protocol.data_received(data)
        return transport.written

    return turn


def _turns(turn: Callable[[bytes], bytes], seconds: float) -> None:
    """Answer first turns for so much processor time."""
    number, ends = 0, time.process_time() + seconds
    while time.process_time() < ends:
        number += 1
        written = turn(_request(FIRST_TURN % number))
        assert written.startswith(b"HTTP/1.1 200"), written


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
