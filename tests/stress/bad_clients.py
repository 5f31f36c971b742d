"""Badly behaved clients, a mock to test with them, and checks by a correct client."""

from __future__ import annotations

import json
import select
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

from leadway_mock.config.settings import Settings
from leadway_mock.http.messages import Request, Response
from leadway_mock.http_server import Server
from leadway_mock.web import PLATFORM, create_app
from tests.mock.client import CURRENT, LOCATION, TOKEN
from tests.mock.raw_client import RawClient, Reply

TIMEOUT_SECONDS = 30.0
"""Time-out for events that certainly happen, even on a slow machine."""

RESET = struct.pack("ii", 1, 0)
"""Linger for no time: the socket is closed by a reset."""

BODY = json.dumps({"message": "hello", "locationId": LOCATION}).encode()


def headers(length: int | None = len(BODY), *lines: str, path: str = CURRENT) -> bytes:
    """Return request line and headers of a message; without a length, for a chunked body."""
    framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    fixed = (
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {TOKEN}",
        "Version: 2021-07-28",
        "Content-Type: application/json",
        framing,
    )
    return "\r\n".join((*fixed, *lines, "", "")).encode()


MESSAGE = headers() + BODY
"""A first turn, as its bytes."""


@contextmanager
def serve_mock(**settings: Any) -> Iterator[Server]:
    """Serve a mock as the command does, but with the server's own limit on bodies."""
    chosen = Settings(**settings)
    app = create_app(chosen)
    with Server(app, platform=app.extensions[PLATFORM], threads=chosen.threads) as server:
        yield server


def say(client: RawClient, message: bytes = MESSAGE) -> Reply:
    """Send one message and return its response."""
    reply = client.send(message).reply()
    assert reply is not None
    return reply


def assert_responds(url: str) -> None:
    """Check that a new client gets responses, from the loop and from a thread."""
    with RawClient(url) as client:
        assert say(client).status == 200
        reply = client.send(b"GET /__mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n").reply()
        assert reply is not None
        assert reply.status == 200


def opened(url: str) -> socket.socket:
    """Return a socket that is connected to `url`."""
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), TIMEOUT_SECONDS)


@contextmanager
def many(url: str, number: int) -> Iterator[list[socket.socket]]:
    """Hold so many connections."""
    with ExitStack() as stack:
        yield [stack.enter_context(opened(url)) for _ in range(number)]


def reset(connection: socket.socket) -> None:
    """Close a connection as a program does that is killed with data unread."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


def drip(connection: socket.socket, data: bytes) -> Iterator[None]:
    """Send `data` a byte at a time, one per iteration."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for place in range(len(data)):
        connection.sendall(data[place : place + 1])
        yield


def together(drips: Iterable[Iterator[None]]) -> Iterator[None]:
    """Advance all of them by a step at a time, until the last has ended."""
    left = list(drips)
    while left:
        left = [each for each in left if next(each, left) is None]
        yield


def is_readable(connection: socket.socket) -> bool:
    """Return whether there is something to read, without waiting."""
    return bool(select.select([connection], [], [], 0)[0])


GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class SimplePlatform:
    """Stands in for the platform: its `respond` is called in the loop, or in a thread."""

    def max_body(self, _: str) -> int:
        return 1_000_000

    def __init__(self, respond: Callable[[Request], Response], *, in_loop: bool) -> None:
        self.respond = respond
        self.in_loop = in_loop

    def takes(self, _: str) -> bool:
        return True

    def respond_at_once(self, request: Request) -> Response | None:
        return self.respond(request) if self.in_loop else None


def simple(
    respond: Callable[[Request], Response], *, in_loop: bool = True, **settings: Any
) -> Server:
    """Return a server that responds to every request by `respond`."""
    return Server(_unused, platform=SimplePlatform(respond, in_loop=in_loop), **settings)


def _unused(*_: object) -> list[bytes]:
    raise AssertionError


def constant(_: Request) -> Response:
    return Response(200, "ok", "reply", "invented")
