"""Clients that send a byte at a time, and clients that never read: others are served meanwhile."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from leadway_mock.server import Server
from leadway_mock.server.binding import bind, url_of
from leadway_mock.server.listener import Listener
from leadway_mock.server.watching import Watch
from tests.mock.raw_client import RawClient
from tests.pressure.pressing import (
    BODY,
    MESSAGE,
    assert_answers,
    drip,
    head,
    is_readable,
    many,
    opened,
    pressed,
    say,
    soon,
    together,
)

LARGE = b"x" * 3_000_000
"""More than the system keeps for a client that does not read."""

GET_LARGE = b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def large(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    body = LARGE if environ["PATH_INFO"] == "/large" else b"small"
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def test_heads_and_bodies_of_one_byte_at_a_time_are_heard_and_hold_nobody_up() -> None:
    """Each byte of 40 slow messages has a whole conversation of somebody else beside it."""
    with pressed() as server, many(server.url, 40) as slow, RawClient(server.url) as other:
        for _ in together(drip(each, MESSAGE) for each in slow):
            assert say(other).status == 200
        for each in slow:
            assert each.recv(12) == b"HTTP/1.1 200"


def test_a_body_of_one_byte_at_a_time_is_heard_in_chunks_too() -> None:
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n"
    with pressed() as server, opened(server.url) as slow, RawClient(server.url) as other:
        for _ in drip(slow, head(None) + chunks):
            assert say(other).status == 200
        assert slow.recv(12) == b"HTTP/1.1 200"


def stalled(url: str, requests: int) -> socket.socket:
    """Return a connection that has asked for large answers, and reads none."""
    connection = opened(url)
    connection.sendall(GET_LARGE * requests)
    return connection


def test_who_reads_nothing_holds_no_thread() -> None:
    """Each of 8 clients asks for ten answers of 3 MB, of two threads, and reads none."""
    with Server(large, threads=2) as server, ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(stalled(server.url, 10))
        with RawClient(server.url) as other:
            for _ in range(20):
                reply = other.send(GET).reply()
                assert reply is not None
                assert reply.body == b"small"


def test_who_reads_late_gets_every_answer_whole() -> None:
    with Server(large, threads=2) as server, RawClient(server.url) as late:
        late.send(GET_LARGE * 5 + GET)
        with RawClient(server.url) as other:
            assert other.send(GET).reply()
        for _ in range(5):
            reply = late.reply()
            assert reply is not None
            assert reply.body == LARGE
        last = late.reply()
        assert last is not None
        assert last.body == b"small"


@pytest.fixture
def listening() -> Iterator[Listener]:
    """A server whose loop the test turns by hand."""
    listening = Listener(large, bind("127.0.0.1", 0), max_body=10)
    listening.task_dispatcher.set_thread_count(1)
    yield listening
    listening.task_dispatcher.shutdown()
    listening.close()


def stall(listening: Listener) -> socket.socket:
    """Return a connection whose next byte the system does not take."""
    assert listening.socket
    connection = stalled(url_of(listening.socket), 4)

    def full() -> bool:
        listening.turn(0.01)
        (channel,) = listening.active_channels.values() or [None]
        return channel is not None and channel.postponed

    assert soon(full)
    return connection


def test_of_who_reads_nothing_one_answer_is_kept_and_the_loop_rests(listening: Listener) -> None:
    with stall(listening):
        (channel,) = listening.active_channels.values()
        while channel.last_activity > time.monotonic() - 0.1:
            listening.turn(0.05)
        assert 0 < channel.total_outbufs_len <= len(LARGE) + 200
        assert channel.postponed
        began = time.monotonic()
        listening.turn(0.2)
        assert time.monotonic() - began > 0.15


def test_who_reads_nothing_for_long_is_hung_up_on(listening: Listener) -> None:
    with stall(listening):
        (channel,) = listening.active_channels.values()
        listening.maintenance(channel.last_activity + channel.adj.channel_timeout - 1)
        assert listening.active_channels
        listening.maintenance(channel.last_activity + channel.adj.channel_timeout + 1)
        assert not listening.active_channels


class Overtaken:
    """A connection on which a thread ends its work at the very moment that it is looked at."""

    accepting = False

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.unsent = False
        self.ours, self.theirs = socket.socketpair()

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        before, self.unsent = self.unsent, not self.sent
        return before

    @property
    def rests(self) -> bool:
        return not self.unsent

    def handle_write_event(self) -> None:
        self.sent.append("rest")


def test_what_a_thread_leaves_behind_while_it_is_looked_at_is_seen() -> None:
    watch, watched = Watch(), Overtaken()
    watch[watched.ours.fileno()] = watched  # type: ignore[assignment]  # all that a watch looks at
    for _ in range(3):
        watch.turn(0)
    assert watched.sent == ["rest"]
    watch.close()
    watched.ours.close()
    watched.theirs.close()


def test_calls_that_wait_for_the_journal_hold_nobody_up() -> None:
    """30 callers wait for what never comes: half of the threads do, and the others are told so."""
    wait = b'{"timeout": 20, "count": 1, "match": {"rule": "route-unknown"}}'
    ask = head(len(wait), path="/__mock/journal/wait") + wait
    with pressed(threads=4) as server, many(server.url, 30) as waiting:
        for each in waiting:
            each.sendall(ask)
        assert soon(lambda: sum(map(is_readable, waiting)) == 28)
        refused = filter(is_readable, waiting)
        assert {each.recv(12) for each in refused} == {b"HTTP/1.1 503"}
        for _ in range(10):
            assert_answers(server.url)
