"""Requests without an end: each is refused at its bound, and others are served meanwhile."""

from __future__ import annotations

import itertools
import socket
import tracemalloc
from collections.abc import Iterator

import pytest

from tests.mock.raw_client import RawClient
from tests.stress.pressing import RESET, head, opened, pressed, say

PIECE = b"x" * 8_192

GIANTS: dict[str, tuple[bytes, bytes, int]] = {
    "a target": (b"POST /", PIECE, 431),
    "a header": (b"POST / HTTP/1.1\r\nHost: localhost\r\nX-A: ", PIECE, 431),
    "headers": (b"POST / HTTP/1.1\r\nHost: localhost\r\n", b"X-A: b\r\n" * 1_000, 431),
    "a method": (b"", PIECE, 400),
    "a body that says its length": (head(10**12), PIECE, 413),
    "chunks": (head(None), b"2000\r\n" + PIECE + b"\r\n", 413),
    "chunks of a byte": (head(None), b"1\r\nx\r\n" * 1_000, 413),
    "the size of a chunk": (head(None), b"0" * 8_192, 413),
    "the extension of a chunk": (head(None) + b"5;a=", PIECE, 413),
    "what follows the chunks": (head(None) + b"0\r\n", b"X-A: b\r\n" * 1_000, 413),
}
"""By what has no end: how it begins, what is sent over and over, and what is answered."""


def without_end(start: bytes, more: bytes) -> Iterator[bytes]:
    return itertools.chain([start], itertools.repeat(more, 2_000))


@pytest.mark.parametrize("name", GIANTS)
def test_what_has_no_end_is_refused(name: str) -> None:
    """It may send on for a while, so that it has time to read the refusal."""
    start, more, status = GIANTS[name]
    with pressed() as server, RawClient(server.url) as giant, RawClient(server.url) as other:
        sent = 0
        for piece in without_end(start, more):
            assert say(other).status == 200
            giant.send(piece)
            sent += len(piece)
            if giant.is_answered():
                break
        reply = giant.reply()
        assert reply is not None
        assert (reply.status, reply.headers["connection"]) == (status, "close")
        assert sent < 3_000_000


def test_many_giants_at_once_are_held_to_their_bounds() -> None:
    """40 bodies of 1 MB each, all but the last byte: what is kept is what they sent, no more."""
    size = 1_000_000
    message = head(size) + b'{"message": "' + b"x" * (size - 14)
    with pressed() as server, RawClient(server.url) as other:
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


def test_a_message_of_every_length_up_to_the_bound_is_answered() -> None:
    with pressed(max_body_bytes=2_000) as server, RawClient(server.url) as client:
        for length in range(2, 2_001, 37):
            body = b"{" + b" " * (length - 2) + b"}"
            assert say(client, head(length) + body).status == 400
        assert say(client).status == 200
        assert say(client, head(2_001) + b" " * 2_001).status == 413
