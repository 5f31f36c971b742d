"""Memory that caches of requests use, whatever clients send."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from leadway_mock.config.settings import Settings
from leadway_mock.http_server.protocol import HttpProtocol
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.util.cache import memoize
from leadway_mock.web import PLATFORM, create_app
from leadway_mock.web.server import open_server
from tests.mock.client import TOKEN

TIMES = 1_100
"""A little more often than there are places for hosts and names."""

HEADERS = {
    "Host": "localhost",
    "Authorization": f"Bearer {TOKEN}",
    "Version": "2021-07-28",
    "Content-Type": "application/json",
    "Content-Length": "2",
}


@pytest.fixture
def app() -> Iterator[Flask]:
    with closing(build_emulator(Settings(max_journal=1, quiet=True))) as emulator:
        yield create_app(emulator=emulator)


class Sink(asyncio.Transport):
    """Drops what is written."""

    written = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += len(data)

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0


class Loop:
    """Sends requests as a server's loop takes them."""

    def __init__(self, app: Flask) -> None:
        app.extensions[PLATFORM].reloading.now = lambda: 0.0  # No file is looked at, in a thread.
        server, self.loop = open_server(app, Settings(port=0)), asyncio.new_event_loop()
        self.sink = Sink()
        self.protocol = HttpProtocol(server.config, server.server_state, {}, self.loop)
        self.protocol.connection_made(self.sink)
        server.stop()

    def send(self, agent: str, headers: dict[str, str]) -> None:
        """Send a message with an invalid body, so that no session is stored."""
        lines = [f"{name}: {value}" for name, value in headers.items()]
        first = f"POST /agent-studio/agent/{agent}/execute HTTP/1.1"
        before = self.sink.written
        self.protocol.data_received("\r\n".join([first, *lines, "", "{}"]).encode())
        assert self.sink.written > before


def kept(attack: Callable[[], None]) -> int:
    """Return how many bytes more there are after an attack."""
    gc.collect()
    tracemalloc.start()
    try:
        attack()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def many_lines(number: int) -> dict[str, str]:
    names = (f"N{number}-{each}".ljust(27, "n") for each in range(55))
    return dict.fromkeys(names, f"{number}" + '"' * 20)


Shape = Callable[[int], tuple[str, dict[str, str]]]
"""An agent and headers that differ from number to number."""

SHAPES: dict[str, Shape] = {
    "long agents and preferences": lambda number: (
        f"{number}".ljust(1_500, "a"),
        {"Prefer": "example=" + f"{number}".ljust(900, "q"), "X": '"' * 1_200 + str(number)},
    ),
    "many lines": lambda number: ("a", many_lines(number)),
}
NOT_SHAPES: dict[str, Shape] = {
    "too many lines": lambda number: (
        str(number),
        {f"{chr(97 + each // 26)}{chr(97 + each % 26)}": "" for each in range(500)},
    ),
    "a long name": lambda number: ("a", {f"N{number}".ljust(7_000, "n"): "x"}),
    "a long value": lambda number: ("a", {"X": f"{number}".ljust(7_000, "n")}),
}


def kept_of(app: Flask, shape: Shape) -> int:
    loop = Loop(app)

    def attack() -> None:
        for number in range(TIMES):
            agent, headers = shape(number)
            loop.send(agent, HEADERS | headers)

    found = kept(attack)
    loop.loop.close()
    return found


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_distinct_request_headers_leave_little_memory(app: Flask, shape: Shape) -> None:
    assert kept_of(app, shape) < 4_000_000


LONG = 60_000
FIELDS: dict[str, Callable[[str], dict[str, str]]] = {
    "a host": lambda text: {"HTTP_HOST": f"localhost.{text}"},
    "a token": lambda text: {"HTTP_AUTHORIZATION": f"Bearer {text}"},
    "a name": lambda text: {f"HTTP_{text.upper()}": "x"},
    "an agent": lambda text: {"PATH_INFO": f"/agent-studio/agent/{text}/execute"},
}


def as_threads_see_it() -> dict[str, Any]:
    """Return the WSGI environ of a request."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/agent-studio/agent/a/execute",
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "2",
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": f"Bearer {TOKEN}",
        "HTTP_VERSION": "2021-07-28",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(b"{}"),
        "wsgi.errors": BytesIO(),
    }


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS.keys())
def test_long_request_headers_leave_no_memory(
    app: Flask, field: Callable[[str], dict[str, str]]
) -> None:
    def attack() -> None:
        for number in range(300):
            given = field(f"{number}".ljust(LONG, "n"))
            b"".join(app(as_threads_see_it() | given, lambda *_: None))  # type: ignore[arg-type]  # as WSGI has it

    assert kept(attack) < LONG * 100


def test_long_texts_are_not_cached_and_give_the_same_result() -> None:
    made: list[str] = []

    @memoize(2, max_chars=3)
    def length(text: str) -> int:
        made.append(text)
        return len(text)

    said = ("abc", "abc", "abcd", "abcd", "d", "e", "abc")
    assert [length(text) for text in said] == [3, 3, 4, 4, 1, 1, 3]
    assert made == ["abc", "abcd", "abcd", "d", "e", "abc"]
