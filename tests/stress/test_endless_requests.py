"""Endless requests: each is rejected at its limit, and others are served meanwhile."""

from __future__ import annotations

import itertools
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from leadway_mock.http_server import dispatcher
from leadway_mock.http_server.protocol import UNPACED_BYTES
from tests.mock.raw_client import RawClient
from tests.stress.bad_clients import RESET, headers, opened, say, serve_mock
from tests.wait import wait_until

PIECE = b"x" * 8_192

GIANTS: dict[str, tuple[bytes, bytes, int]] = {
    "a target": (b"POST /", PIECE, 431),
    "a header": (b"POST / HTTP/1.1\r\nHost: localhost\r\nX-A: ", PIECE, 431),
    "headers": (b"POST / HTTP/1.1\r\nHost: localhost\r\n", b"X-A: b\r\n" * 1_000, 431),
    "a method": (b"", PIECE, 400),
    "a body that says its length": (headers(10**12), PIECE, 413),
    "chunks": (headers(None), b"2000\r\n" + PIECE + b"\r\n", 413),
    "chunks of a byte": (headers(None), b"1\r\nx\r\n" * 1_000, 413),
    "the size of a chunk": (headers(None), b"0" * 8_192, 413),
    "the extension of a chunk": (headers(None) + b"5;a=", PIECE, 413),
    "what follows the chunks": (headers(None) + b"0\r\n", b"X-A: b\r\n" * 1_000, 413),
}
"""By name: the start, what is sent repeatedly, and the status."""


def without_end(start: bytes, more: bytes) -> Iterator[bytes]:
    return itertools.chain([start], itertools.repeat(more, 2_000))


@pytest.mark.parametrize("name", GIANTS)
def test_an_endless_request_is_rejected(name: str) -> None:
    """The client may continue to send for a while, so that it can read the error."""
    start, more, status = GIANTS[name]
    with serve_mock() as server, RawClient(server.url) as giant, RawClient(server.url) as other:
        sent = 0
        for piece in without_end(start, more):
            assert say(other).status == 200
            giant.send(piece)
            sent += len(piece)
            if giant.has_response():
                break
        reply = giant.reply()
        assert reply is not None
        assert (reply.status, reply.headers["connection"]) == (status, "close")
        assert sent < 10_000_000  # Of which the system keeps some in its buffers.


def test_many_endless_requests_stay_within_the_limits() -> None:
    """40 bodies of 1 MB each, all but the last byte: what is kept is what they sent, no more."""
    size = 1_000_000
    message = headers(size) + b'{"message": "' + b"x" * (size - 14)
    with serve_mock() as server, RawClient(server.url) as other:
        say(other)
        tracemalloc.start()
        giants = [opened(server.url) for _ in range(40)]
        for each in giants:
            each.sendall(message)
            assert say(other).status == 200
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        for each in giants:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            each.close()
    assert kept < 40 * size * 1.5


def test_a_long_body_is_read_with_pauses_and_a_short_one_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatcher, "READING_SHARE", 2e-4)  # A pause of a second.
    with serve_mock() as server, ExitStack() as stack:
        for length in UNPACED_BYTES - 1_000, UNPACED_BYTES + 1_000:
            client = stack.enter_context(opened(server.url))
            client.sendall(headers(900_000) + b"x" * length)
        wait_until(
            lambda: sorted(each.flow.read_paused for each in server.connections) == [False, True]
        )


def test_a_message_of_every_length_up_to_the_limit_gets_a_response() -> None:
    with serve_mock(max_body_bytes=2_000) as server, RawClient(server.url) as client:
        for length in range(2, 2_001, 37):
            body = b"{" + b" " * (length - 2) + b"}"
            assert say(client, headers(length) + body).status == 400
        assert say(client).status == 200
        assert say(client, headers(2_001) + b" " * 2_001).status == 413
