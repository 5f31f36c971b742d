"""Event loop of the load generator, against servers with different behaviour."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bench.constant_server import RESPONSE, constant_server, is_complete
from bench.load.client_scripts import SCRIPTS
from bench.load.loop import Job, LoadResult, Loop
from bench.servers import is_responding

CLOSING_RESPONSE = RESPONSE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)

Handler = Callable[[socket.socket], None]


def read_request(connection: socket.socket) -> bool:
    """Read one request; return whether there was one."""
    data = b""
    while not is_complete(data):
        piece = connection.recv(65_536)
        if not piece:
            return False
        data += piece
    return True


def closing(connection: socket.socket) -> None:
    """Respond once with `Connection: close`."""
    if read_request(connection):
        connection.sendall(CLOSING_RESPONSE)


def hanging_up(connection: socket.socket) -> None:
    """Read a request, and close the connection."""
    read_request(connection)


def no_http(connection: socket.socket) -> None:
    """Respond with something that is not HTTP."""
    if read_request(connection):
        connection.sendall(b"220 smtp.example ESMTP\r\n\r\n")


@contextmanager
def server(handler: Handler) -> Iterator[int]:
    """Handle one connection after the other, and yield the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    port: int = listener.getsockname()[1]

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
                with connection:
                    handler(connection)
            except ConnectionError:
                continue
            except OSError:
                return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield port
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def load(handler: Handler) -> LoadResult:
    with server(handler) as port:
        return Loop(Job(port, "first turns", 1, seconds=0.2)).run()


@pytest.mark.parametrize("workload", SCRIPTS)
def test_every_workload_runs_on_many_connections(workload: str) -> None:
    with constant_server() as port:
        result = Loop(Job(port, workload, 16, seconds=0.2)).run()
    assert result.responses > 16
    assert result.checked >= result.responses
    assert 0 < result.p50 <= result.p99
    assert 0 < result.busy <= 1.1
    assert not any(why.startswith("connection") for why in result.wrong)


def test_a_load_ends_after_its_number_of_responses() -> None:
    with constant_server() as port:
        result = Loop(Job(port, "first turns", 4, seconds=30, responses=100)).run()
    assert 100 <= result.responses < 108
    assert result.seconds < 30


def test_a_server_may_close_after_a_response_that_says_so() -> None:
    result = load(closing)
    assert result.responses > 1
    assert result.wrong == {}


def test_a_lost_connection_is_counted_and_the_load_continues() -> None:
    result = load(hanging_up)
    assert result.responses == 0
    assert result.wrong["connection closed"] > 1


def test_a_response_that_is_not_http_is_counted() -> None:
    result = load(no_http)
    assert result.responses == 0
    assert any("220 smtp" in why for why in result.wrong)


def test_a_closed_port_is_not_responding() -> None:
    with server(hanging_up) as port:
        pass
    assert not is_responding(port)
    with pytest.raises(ConnectionRefusedError):
        Loop(Job(port, "first turns", 1, seconds=0.2)).run()
