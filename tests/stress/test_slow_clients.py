"""Clients that send a byte at a time, and clients that never read: others are served meanwhile."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from leadway_mock.http.messages import Request, Response
from leadway_mock.http_server import Server, protocol
from leadway_mock.http_server.protocol import PIECE_BYTES, HttpProtocol
from tests.mock.raw_client import RawClient
from tests.stress.bad_clients import (
    BODY,
    MESSAGE,
    assert_responds,
    drip,
    headers,
    is_readable,
    many,
    opened,
    say,
    serve_mock,
    simple,
    together,
)
from tests.wait import wait_until

LARGE = "x" * 3_000_000
"""More than the system keeps for a client that does not read."""

GET_LARGE = b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def large(request: Request) -> Response:
    text = LARGE if request.path == "/large" else "small"
    return Response(200, text, "reply", "invented", media_type="text/plain")


def test_requests_of_single_bytes_are_processed_and_do_not_delay_others() -> None:
    """Each byte of 40 slow messages has a whole conversation of somebody else beside it."""
    with serve_mock() as server, many(server.url, 40) as slow, RawClient(server.url) as other:
        for _ in together(drip(each, MESSAGE) for each in slow):
            assert say(other).status == 200
        for each in slow:
            assert each.recv(12) == b"HTTP/1.1 200"


def test_a_chunked_body_of_single_bytes_is_processed() -> None:
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n"
    with serve_mock() as server, opened(server.url) as slow, RawClient(server.url) as other:
        for _ in drip(slow, headers(None) + chunks):
            assert say(other).status == 200
        assert slow.recv(12) == b"HTTP/1.1 200"


def stalled(url: str, requests: int) -> socket.socket:
    """Return a connection that has requested large responses, and reads none."""
    connection = opened(url)
    connection.sendall(GET_LARGE * requests)
    return connection


@pytest.mark.parametrize("in_loop", [True, False])
def test_a_client_that_does_not_read_does_not_delay_others(*, in_loop: bool) -> None:
    """Each of 8 clients requests ten responses of 3 MB, from two threads, and reads none."""
    with simple(large, in_loop=in_loop, threads=2) as server, ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(stalled(server.url, 10))
        with RawClient(server.url) as other:
            for _ in range(20):
                reply = other.send(GET).reply()
                assert reply is not None
                assert reply.body == b"small"


@pytest.mark.parametrize("in_loop", [True, False])
def test_a_client_that_reads_late_gets_every_complete_response(*, in_loop: bool) -> None:
    with simple(large, in_loop=in_loop, threads=2) as server, RawClient(server.url) as late:
        late.send(GET_LARGE * 5 + GET)
        with RawClient(server.url) as other:
            assert other.send(GET).reply()
        for _ in range(5):
            reply = late.reply()
            assert reply is not None
            assert reply.body == LARGE.encode()
        last = late.reply()
        assert last is not None
        assert last.body == b"small"


@pytest.fixture(params=["in the loop", "in threads"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with simple(large, in_loop=request.param == "in the loop") as server:
        yield server


def is_paused(connection: HttpProtocol) -> bool:
    return connection.flow.write_paused


def only_connection(server: Server) -> HttpProtocol:
    """Return the connection whose next byte the system does not take, once that is so."""
    wait_until(lambda: any(is_paused(each) for each in server.connections))
    (connection,) = server.connections
    return connection


def test_a_piece_is_buffered_for_a_client_that_does_not_read(server: Server) -> None:
    with stalled(server.url, 4):
        connection = only_connection(server)
        wait_until(lambda: len(connection.queue) >= 2)
        kept = connection.transport.get_write_buffer_size()
        assert 0 < kept <= PIECE_BYTES
        threading.Event().wait(0.3)
        assert connection.transport.get_write_buffer_size() == kept


def test_a_client_that_does_not_read_is_disconnected(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stalled(server.url, 4):
        connection = only_connection(server)
        monkeypatch.setattr(protocol, "IDLE_TIMEOUT_SECONDS", 0.5)
        wait_until(lambda: not server.connections)
        assert connection.transport.is_closing()


def test_a_client_that_does_not_send_is_disconnected(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, amid and after a request; but not while it is the server that is slow."""
    monkeypatch.setattr(protocol, "IDLE_TIMEOUT_SECONDS", 0.5)
    with ExitStack() as stack:
        for begun in (b"", MESSAGE[:30], MESSAGE[:-3], MESSAGE):
            stack.enter_context(opened(server.url)).sendall(begun)
        wait_until(lambda: len(server.connections) == 4)
        wait_until(lambda: server.connections == [])


def test_a_slow_reader_is_not_disconnected(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "IDLE_TIMEOUT_SECONDS", 1.5)
    with stalled(server.url, 1) as slow:
        left = len(LARGE)
        for _ in range(8):
            threading.Event().wait(0.5)
            left -= len(slow.recv(600_000, socket.MSG_WAITALL if left > 700_000 else 0))
        assert left < len(LARGE) / 3


def test_calls_that_wait_for_the_journal_do_not_delay_others() -> None:
    """Waiting calls occupy at most half of the threads; the others get 503."""
    wait = b'{"timeout": 20, "count": 1, "match": {"rule": "route-unknown"}}'
    ask = headers(len(wait), path="/__mock/journal/wait") + wait
    with serve_mock(threads=4) as server, many(server.url, 30) as waiting:
        for each in waiting:
            each.sendall(ask)
        wait_until(lambda: sum(map(is_readable, waiting)) == 28)
        rejected = filter(is_readable, waiting)
        assert {each.recv(12) for each in rejected} == {b"HTTP/1.1 503"}
        for _ in range(10):
            assert_responds(server.url)
