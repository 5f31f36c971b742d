"""Clients that leave without a word, at every point of an exchange."""

from __future__ import annotations

import logging
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leadway_mock.server import Server
from leadway_mock.server.binding import bind, url_of
from leadway_mock.server.listener import Listener
from tests.mock.raw_client import RawClient
from tests.pressure.pressing import (
    BODY,
    MESSAGE,
    assert_answers,
    head,
    is_readable,
    many,
    opened,
    pressed,
    reset,
    say,
    soon,
    turned,
)

HEALTH = b"GET /__mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
POINTS = {
    "at once": b"",
    "in the request line": MESSAGE[:10],
    "in a header": MESSAGE[:200],
    "before the body": head(),
    "in the body": MESSAGE[:-5],
    "in a chunk": head(None) + b"ff\r\n" + BODY[:9],
    "before an answer of the loop": MESSAGE,
    "before an answer of a thread": HEALTH,
    "amid many answers": (MESSAGE + HEALTH) * 20,
    "after what is no HTTP": b"\x16\x03\x01 hello\r\n\r\n",
}


@pytest.mark.parametrize("leave", [reset, socket.socket.close], ids=["by a reset", "politely"])
@pytest.mark.parametrize("point", POINTS)
def test_who_leaves_is_forgotten_and_nothing_is_said_of_it(
    point: str, leave: Callable[[socket.socket], None], caplog: pytest.LogCaptureFixture
) -> None:
    with pressed() as server:
        for _ in range(5):
            with many(server.url, 10) as leaving:
                for each in leaving:
                    each.sendall(POINTS[point])
                for each in leaving:
                    leave(each)
            assert_answers(server.url)
        listener = server._listener  # noqa: SLF001 - whom it still holds, nothing tells
        assert soon(lambda: not listener.active_channels)
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def leaving_amid(leaver: list[socket.socket]) -> Callable[..., list[bytes]]:
    """Return an application whose caller is gone by the time that it answers."""

    def application(_: dict[str, Any], start_response: Any) -> list[bytes]:
        reset(leaver.pop())
        start_response("200 OK", [("Content-Length", "9000000")])
        return [b"x" * 9_000_000]

    return application


@pytest.mark.parametrize("by_the_loop", [True, False])
def test_who_leaves_while_it_is_answered(
    *, by_the_loop: bool, caplog: pytest.LogCaptureFixture
) -> None:
    leaver: list[socket.socket] = []
    with Server(leaving_amid(leaver), prompt=lambda _: by_the_loop) as server:
        for _ in range(5):
            leaver.append(opened(server.url))
            leaver[0].sendall(MESSAGE)
            assert soon(lambda: not leaver)
        listener = server._listener  # noqa: SLF001 - whom it still holds, nothing tells
        assert soon(lambda: not listener.active_channels)
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_a_turn_stands_though_nobody_reads_its_answer() -> None:
    """Who is gone before the answer was heard all the same, once."""
    with pressed() as server, opened(server.url) as leaving:
        leaving.sendall(MESSAGE)
        reset(leaving)
        with RawClient(server.url) as other:
            sessions = b"GET /__mock/sessions HTTP/1.1\r\nHost: localhost\r\n\r\n"

            def count() -> int:
                reply = other.send(sessions).reply()
                assert reply is not None
                return int(reply.json()["count"])

            assert soon(lambda: count() == 1)
            assert count() == 1


def waiting(seconds: float) -> bytes:
    """Return a call that waits for what never comes."""
    body = b'{"timeout": %g, "match": {"rule": "route-unknown"}}' % seconds
    return head(len(body), path="/__mock/journal/wait") + body


def may_wait(url: str) -> bool:
    """Tell whether one more call may wait."""
    with RawClient(url) as client:
        return say(client, waiting(0)).status == 200


@pytest.mark.parametrize("leave", [reset, socket.socket.close], ids=["by a reset", "politely"])
def test_who_waits_and_leaves_is_waited_for_no_longer(
    leave: Callable[[socket.socket], None], caplog: pytest.LogCaptureFixture
) -> None:
    """Eight callers, of whom half find a place among the threads, for 30 s; again and again."""
    with pressed(threads=8) as server:
        began = time.monotonic()
        for _ in range(3):
            with many(server.url, 8) as leaving:
                for each in leaving:
                    each.sendall(waiting(30))
                assert soon(lambda: sum(map(is_readable, leaving)) == 4)
                assert not may_wait(server.url)
                for each in leaving:
                    leave(each)
            assert soon(lambda: may_wait(server.url))
            assert_answers(server.url)
        assert time.monotonic() - began < 30
        listener = server._listener  # noqa: SLF001 - whom it still holds, nothing tells
        assert soon(lambda: not listener.active_channels)
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_who_only_ends_what_it_says_is_answered() -> None:
    """It reads on: one who asks by a pipe, for example."""
    with pressed() as server:
        for said in (MESSAGE, HEALTH, waiting(30)):
            with RawClient(server.url) as client:
                client.send(said).finish_sending()
                reply = client.reply()
                assert reply is not None
                assert reply.status == 200


@pytest.fixture
def listening() -> Iterator[Listener]:
    listening = Listener(leaving_amid([]), bind("127.0.0.1", 0), max_body=10)
    yield listening
    listening.close()


def test_who_left_before_it_was_taken_is_no_trouble(listening: Listener) -> None:
    """A reset in the queue of the system makes the accept itself go wrong on some systems."""
    assert listening.socket
    url = url_of(listening.socket)
    for _ in range(20):
        connection = opened(url)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    assert turned(listening, lambda: not listening.active_channels)
