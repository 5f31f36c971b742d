"""Badly behaved clients, in a process of their own, to the end of a context."""

from __future__ import annotations

import os
import random
import selectors
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection

from bench.system import HOST, LOAD_CORE, child_process, pin
from bench.workloads import MESSAGE, build_request, first_body

SECONDS_PER_BYTE = 0.05
RESETS_PER_STEP = 20
STEP_SECONDS = 0.01
RESET = struct.pack("ii", 1, 0)
"""Value of SO_LINGER with which `close` resets the connection."""

REQUEST = build_request(first_body(MESSAGE.format(0)))
CHUNKED_HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"1000\r\n" + b"x" * 4_096 + b"\r\n"
LARGE_FILES = b"GET /__mock/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n" * 10
CONTRACT = b"GET /__mock/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"

Behaviour = Callable[[int, int], Iterator[None]]
"""What clients do on a port with a number of connections; they may pause at each yield."""


def idle(port: int, number: int, request: bytes = b"") -> Iterator[None]:
    """Connect, perhaps send a request, and do nothing more."""
    connections = _connect(port, number)
    for connection in connections:
        connection.sendall(request)
    while connections:
        yield


def non_reading(port: int, number: int) -> Iterator[None]:
    """Request ten responses of more than a megabyte, and read none."""
    return idle(port, number, LARGE_FILES)


def slow(port: int, number: int) -> Iterator[None]:
    """Send requests one byte at a time; each connection begins at a random byte."""
    connections = _connect(port, number)
    positions = [random.randrange(len(REQUEST)) for _ in connections]
    for connection, position in zip(connections, positions, strict=True):
        connection.sendall(REQUEST[:position])
        connection.settimeout(0)
    while True:
        until = time.monotonic() + SECONDS_PER_BYTE
        for index, connection in enumerate(connections):
            position = positions[index] % len(REQUEST)
            connection.send(REQUEST[position : position + 1])
            positions[index] = position + 1
            if position + 1 == len(REQUEST):
                _read_available(connection)
        while time.monotonic() < until:
            yield


def resetting(port: int, number: int) -> Iterator[None]:
    """Connect, send a random part of a request, and reset the connection."""
    while True:
        for _ in range(min(number, RESETS_PER_STEP)):
            (connection,) = _connect(port, 1)
            connection.sendall(REQUEST[: random.randrange(len(REQUEST) + 1)])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            connection.close()
        yield


def endless(port: int, number: int) -> Iterator[None]:
    """Send chunks without an end; connect again after a rejection."""
    selector = selectors.DefaultSelector()

    def start() -> None:
        (connection,) = _connect(port, 1)
        connection.sendall(CHUNKED_HEAD)
        connection.settimeout(0)
        selector.register(connection, selectors.EVENT_WRITE)

    for _ in range(number):
        start()
    while True:
        for key, _ in selector.select(0):
            connection = key.fileobj
            assert isinstance(connection, socket.socket)
            try:
                connection.send(CHUNK)
            except OSError:
                selector.unregister(connection)
                connection.close()
                start()
        yield


def control_api(port: int, number: int) -> Iterator[None]:
    """Request the contract from the control API, again after each response."""
    connections = _connect(port, number)
    for connection in connections:
        connection.sendall(CONTRACT)
        connection.settimeout(0)
    while True:
        for connection in connections:
            if _read_available(connection).endswith(b"}]}"):
                connection.sendall(CONTRACT)
        yield


BEHAVIOURS: Mapping[str, Behaviour] = {
    each.__name__: each for each in (idle, slow, non_reading, resetting, endless, control_api)
}


def _connect(port: int, number: int) -> list[socket.socket]:
    return [socket.create_connection((HOST, port)) for _ in range(number)]


def _read_available(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1_000_000)
    except BlockingIOError:
        return b""


def _run(pipe: Connection, behaviour: str, port: int, number: int) -> None:
    pin(LOAD_CORE)
    os.nice(5)  # The measured client shares this core and must not wait for it.
    steps = BEHAVIOURS[behaviour](port, number)
    next(steps)
    pipe.send(number)
    for _ in steps:
        time.sleep(STEP_SECONDS)


def bad_clients(behaviour: str, port: int, number: int) -> AbstractContextManager[int]:
    """Run clients of one behaviour with `number` connections to the end of the context."""
    return child_process(_run, behaviour, port, number)
