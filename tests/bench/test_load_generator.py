"""Load generator, against servers with different behaviour."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.constant_server import BODY, RESPONSE, constant_server
from bench.load_generator import Job, LoadResult, load_generator, run_load
from bench.servers import StartError, is_responding, run_target
from bench.targets import Kind, Target
from bench.workloads import HEADLINE, WORKLOADS

CLOSING_RESPONSE = RESPONSE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)

Handler = Callable[[socket.socket], None]


def read_request(connection: socket.socket) -> bool:
    """Read one request; return whether there was one."""
    data = b""
    while not data.endswith(b"}"):
        piece = connection.recv(65_536)
        if not piece:
            return False
        data += piece
    return True


def closing(connection: socket.socket) -> None:
    """Respond once with `Connection: close`."""
    if read_request(connection):
        connection.sendall(CLOSING_RESPONSE)


def chunked(connection: socket.socket) -> None:
    """Respond in chunks that arrive a byte at a time."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    while read_request(connection):
        for byte in head + b"%x;note=x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY):
            connection.sendall(bytes([byte]))


def silent(connection: socket.socket) -> None:
    """Read requests, and send nothing."""
    while read_request(connection):
        pass


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
        return run_load(Job(port, HEADLINE, 1, seconds=0.2))


@pytest.mark.parametrize("workload", WORKLOADS)
def test_every_workload_runs_on_many_connections(workload: str) -> None:
    with constant_server() as port:
        result = run_load(Job(port, workload, 16, seconds=0.2))
    assert result.checked >= 16
    assert result.checked >= result.responses
    assert 0 < result.p50 <= result.p99
    assert 0 < result.busy <= 1.1
    assert not any(why.startswith("connection") for why in result.wrong)


def test_a_load_ends_after_its_number_of_responses() -> None:
    with constant_server() as port:
        result = run_load(Job(port, HEADLINE, 4, seconds=30, responses=100))
    assert 100 <= result.responses < 108
    assert result.seconds < 30


def test_a_server_may_close_after_a_response_that_says_so() -> None:
    result = load(closing)
    assert result.responses > 1
    assert result.wrong == {}


def test_a_response_may_have_chunks_and_arrive_in_parts() -> None:
    result = load(chunked)
    assert result.checked > 0
    assert result.wrong == {}


def test_a_silent_server_ends_the_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.load_generator.TIMEOUT_SECONDS", 0.3)
    result = load(silent)
    assert result.checked == 0
    assert result.wrong == {"no response within 0.3 s": 1}


def test_a_lost_connection_is_counted_and_the_load_continues() -> None:
    result = load(hanging_up)
    assert result.responses == 0
    assert result.wrong["connection closed"] > 1


def test_a_response_that_is_not_http_is_counted() -> None:
    result = load(no_http)
    assert result.responses == 0
    assert any(why.startswith("no HTTP: ") for why in result.wrong)


def test_a_server_that_has_ended_is_not_measured(tmp_path: Path) -> None:
    """Another program that listens on its port would be measured in its place."""
    target = Target("none", "none", Kind.LIMIT, (sys.executable, "-c", "print('taken')"))
    with (
        constant_server() as port,
        load_generator() as generator,
        run_target(target, tmp_path) as ended,
    ):
        with pytest.raises(StartError, match="It ended with code 0"):
            ended.wait()
        ended.port = port
        with pytest.raises(StartError, match=r"It ended with code 0\. Its log ends: taken"):
            ended.measure(generator, (HEADLINE, 1), 0.05)


def test_a_closed_port_is_not_responding() -> None:
    with server(hanging_up) as port:
        pass
    assert not is_responding(port)
    with pytest.raises(ConnectionRefusedError):
        run_load(Job(port, HEADLINE, 1, seconds=0.2))
