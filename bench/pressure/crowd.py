"""A crowd that behaves badly, in a process of its own, for as long as it is asked to."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import selectors
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection

from bench.load.requests import FIRST_TURN, Requests
from bench.machine import LOAD_CORE, pin

HERE = "127.0.0.1"
BYTE_SECONDS = 0.05
"""How long a slow client takes for a byte."""

LEAVES_A_TURN = 20
TURN_SECONDS = 0.01
RESET = struct.pack("ii", 1, 0)
GIANT = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"1000\r\n" + b"x" * 4_096 + b"\r\n"
LARGE = b"GET /__mock/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n" * 10
CONTRACT = b"GET /__mock/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"

Habit = Callable[[int, int], Iterator[None]]
"""What a crowd does on a port with so many connections; it may rest wherever it yields."""


def _message(port: int) -> bytes:
    return Requests(HERE, port).post(FIRST_TURN % 0)


def _opened(port: int, number: int) -> list[socket.socket]:
    return [socket.create_connection((HERE, port)) for _ in range(number)]


def silent(port: int, number: int) -> Iterator[None]:
    """Connect, and say nothing."""
    connections = _opened(port, number)
    while connections:
        yield


def drip(port: int, number: int) -> Iterator[None]:
    """Send messages a byte at a time, each connection at a place of its own."""
    message, connections = _message(port), _opened(port, number)
    places = [random.randrange(len(message)) for _ in connections]
    for connection, place in zip(connections, places, strict=True):
        connection.sendall(message[:place])
        connection.settimeout(0)
    while True:
        until = time.monotonic() + BYTE_SECONDS
        for index, connection in enumerate(connections):
            place = places[index] % len(message)
            connection.send(message[place : place + 1])
            places[index] = place + 1
            if place + 1 == len(message):
                _emptied(connection)
        while time.monotonic() < until:
            yield


def _emptied(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1_000_000)
    except BlockingIOError:
        return b""


def deaf(port: int, number: int) -> Iterator[None]:
    """Ask for ten answers of more than a megabyte, and read none."""
    connections = _opened(port, number)
    for connection in connections:
        connection.sendall(LARGE)
    while connections:
        yield


def leave(port: int, number: int) -> Iterator[None]:
    """Connect, send a part of a message or all of it, and leave by a reset."""
    message = _message(port)
    while True:
        for _ in range(min(number, LEAVES_A_TURN)):
            (connection,) = _opened(port, 1)
            connection.sendall(message[: random.randrange(len(message) + 1)])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            connection.close()
        yield


def endless(port: int, number: int) -> Iterator[None]:
    """Send bodies without an end; who is refused begins anew."""
    selector = selectors.DefaultSelector()
    for _ in range(number):
        _begin(selector, port)
    while True:
        for key, _ in selector.select(0):
            connection = key.fileobj
            assert isinstance(connection, socket.socket)
            try:
                connection.send(CHUNK)
            except OSError:
                selector.unregister(connection)
                connection.close()
                _begin(selector, port)
        yield


def ask(port: int, number: int) -> Iterator[None]:
    """Ask the control API for the contract, again as soon as it comes."""
    connections = _opened(port, number)
    for connection in connections:
        connection.sendall(CONTRACT)
        connection.settimeout(0)
    while True:
        for connection in connections:
            if _emptied(connection).endswith(b"}]}"):
                connection.sendall(CONTRACT)
        yield


def _begin(selector: selectors.BaseSelector, port: int) -> None:
    (connection,) = _opened(port, 1)
    connection.sendall(GIANT)
    connection.settimeout(0)
    selector.register(connection, selectors.EVENT_WRITE)


HABITS: Mapping[str, Habit] = {
    each.__name__: each for each in (silent, drip, deaf, leave, endless, ask)
}


def _behave(pipe: Connection, habit: str, port: int, number: int) -> None:
    pin(LOAD_CORE)
    os.nice(5)  # What is measured is the mock, not the struggle for the load's core.
    behaviour = HABITS[habit](port, number)
    next(behaviour)
    pipe.send(json.dumps(number))
    for _ in behaviour:
        if pipe.poll(TURN_SECONDS):
            return


@contextmanager
def crowd(habit: str, port: int, number: int) -> Iterator[None]:
    """Have so many connections misbehave on a port, from the start of the context to its end."""
    here, there = multiprocessing.Pipe()
    work = (there, habit, port, number)
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_behave, args=work, daemon=True)
    process.start()
    there.close()
    try:
        here.recv()
        yield
    finally:
        process.kill()
        process.join()
        here.close()
