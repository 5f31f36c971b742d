"""Clients that disconnect at every point of an exchange."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable

import pytest

from leadway_mock.http.messages import Request, Response
from leadway_mock.http_server.listener import Acceptor
from tests.mock.raw_client import RawClient
from tests.stress.bad_clients import (
    BODY,
    MESSAGE,
    assert_responds,
    constant,
    headers,
    is_readable,
    many,
    opened,
    reset,
    say,
    serve_mock,
    simple,
)
from tests.wait import wait_until

HEALTH = b"GET /__mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
POINTS = {
    "at once": b"",
    "in the request line": MESSAGE[:10],
    "in a header": MESSAGE[:200],
    "before the body": headers(),
    "in the body": MESSAGE[:-5],
    "in a chunk": headers(None) + b"ff\r\n" + BODY[:9],
    "before a response of the loop": MESSAGE,
    "before a response of a thread": HEALTH,
    "during many responses": (MESSAGE + HEALTH) * 20,
    "after what is no HTTP": b"\x16\x03\x01 hello\r\n\r\n",
}


@pytest.mark.parametrize("leave", [reset, socket.socket.close], ids=["by a reset", "politely"])
@pytest.mark.parametrize("point", POINTS)
def test_a_disconnected_client_is_dropped_without_a_log_line(
    point: str, leave: Callable[[socket.socket], None], caplog: pytest.LogCaptureFixture
) -> None:
    with serve_mock() as server:
        for _ in range(5):
            with many(server.url, 10) as leaving:
                for each in leaving:
                    each.sendall(POINTS[point])
                for each in leaving:
                    leave(each)
            assert_responds(server.url)
        wait_until(lambda: not server.connections)
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def leaving_amid(leaver: list[socket.socket]) -> Callable[[Request], Response]:
    """Return an application whose client has left before it responds."""

    def respond(_: Request) -> Response:
        reset(leaver.pop())
        return Response(200, "x" * 9_000_000, "reply", "invented")

    return respond


@pytest.mark.parametrize("in_loop", [True, False])
def test_a_client_may_leave_during_its_response(
    *, in_loop: bool, caplog: pytest.LogCaptureFixture
) -> None:
    leaver: list[socket.socket] = []
    with simple(leaving_amid(leaver), in_loop=in_loop) as server:
        for _ in range(5):
            leaver.append(opened(server.url))
            leaver[0].sendall(MESSAGE)
            wait_until(lambda: not leaver)
        wait_until(lambda: not server.connections)
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_a_turn_is_stored_even_if_its_response_is_not_read() -> None:
    """A message is processed once even if its client left before the response."""
    with serve_mock() as server, opened(server.url) as leaving:
        leaving.sendall(MESSAGE)
        reset(leaving)
        with RawClient(server.url) as other:
            sessions = b"GET /__mock/sessions HTTP/1.1\r\nHost: localhost\r\n\r\n"

            def count() -> int:
                reply = other.send(sessions).reply()
                assert reply is not None
                return int(reply.json()["count"])

            wait_until(lambda: count() == 1)
            assert count() == 1


def waiting(seconds: float) -> bytes:
    """Return a call that waits for what never comes."""
    body = b'{"timeout": %g, "match": {"rule": "route-unknown"}}' % seconds
    return headers(len(body), path="/__mock/journal/wait") + body


def may_wait(url: str) -> bool:
    """Tell whether one more call may wait."""
    with RawClient(url) as client:
        return say(client, waiting(0)).status == 200


@pytest.mark.parametrize("leave", [reset, socket.socket.close], ids=["by a reset", "politely"])
def test_a_wait_ends_when_its_client_leaves(
    leave: Callable[[socket.socket], None], caplog: pytest.LogCaptureFixture
) -> None:
    """Eight callers, of whom half find a place among the threads, for 30 s; again and again."""
    with serve_mock(threads=8) as server:
        began = time.monotonic()
        for _ in range(3):
            with many(server.url, 8) as leaving:
                for each in leaving:
                    each.sendall(waiting(30))
                wait_until(lambda: sum(map(is_readable, leaving)) == 4)
                assert not may_wait(server.url)
                for each in leaving:
                    leave(each)
            wait_until(lambda: may_wait(server.url))
            assert_responds(server.url)
        assert time.monotonic() - began < 30
        wait_until(lambda: not server.connections)
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_a_half_closed_connection_gets_its_response() -> None:
    """It reads on: one who asks by a pipe, for example."""
    with serve_mock() as server:
        for said in (MESSAGE, HEALTH, waiting(30)):
            with RawClient(server.url) as client:
                client.send(said).finish_sending()
                reply = client.reply()
                assert reply is not None
                assert reply.status == 200


def test_a_client_may_leave_before_it_is_accepted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A reset in the queue of the system makes the accept itself go wrong on some systems."""
    resume = Acceptor._resume  # noqa: SLF001 - to keep the connections in the queue for a while
    monkeypatch.setattr(Acceptor, "_resume", lambda _: None)
    with simple(constant) as server:
        for _ in range(20):
            reset(opened(server.url))
        wait_until(lambda: hasattr(server, "_acceptor"))
        resume(server._acceptor)  # noqa: SLF001 - as above
        with RawClient(server.url) as client:
            assert say(client, HEALTH).status == 200
        wait_until(lambda: not server.connections)
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
