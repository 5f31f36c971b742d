"""The loop of the load generator, against servers of every temper."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bench.constant import ANSWER, serving, whole
from bench.load.loop import Job, Loop, Outcome
from bench.load.probe import answers
from bench.load.scripts import SCRIPTS

CLOSING = ANSWER.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)

Temper = Callable[[socket.socket], None]


def request(connection: socket.socket) -> bool:
    """Read one request; tell whether there was one."""
    data = b""
    while not whole(data):
        piece = connection.recv(65_536)
        if not piece:
            return False
        data += piece
    return True


def polite(connection: socket.socket) -> None:
    """Answer once, and say that this was all."""
    if request(connection):
        connection.sendall(CLOSING)


def rude(connection: socket.socket) -> None:
    """Hear a request, and hang up."""
    request(connection)


def babbling(connection: socket.socket) -> None:
    """Answer with what is no HTTP."""
    if request(connection):
        connection.sendall(b"220 smtp.example ESMTP\r\n\r\n")


@contextmanager
def tempered(temper: Temper) -> Iterator[int]:
    """Serve one connection after the other, each with that temper."""
    listening = socket.create_server(("127.0.0.1", 0))
    port: int = listening.getsockname()[1]

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
                with connection:
                    temper(connection)
            except ConnectionError:
                continue
            except OSError:
                return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield port
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def met(temper: Temper) -> Outcome:
    with tempered(temper) as port:
        return Loop(Job(port, "first turns", 1, seconds=0.2)).run()


@pytest.mark.parametrize("workload", SCRIPTS)
def test_every_workload_runs_on_many_connections(workload: str) -> None:
    with serving() as port:
        outcome = Loop(Job(port, workload, 16, seconds=0.2)).run()
    assert outcome.answers > 16
    assert outcome.checked >= outcome.answers
    assert 0 < outcome.p50 <= outcome.p99
    assert 0 < outcome.busy <= 1.1
    assert not any(why.startswith("connection") for why in outcome.wrong)


def test_a_load_ends_when_enough_was_answered() -> None:
    with serving() as port:
        outcome = Loop(Job(port, "first turns", 4, seconds=30, answers=100)).run()
    assert 100 <= outcome.answers < 108
    assert outcome.seconds < 30


def test_a_server_may_close_after_each_answer_if_it_says_so() -> None:
    outcome = met(polite)
    assert outcome.answers > 1
    assert outcome.wrong == {}


def test_a_connection_that_is_lost_is_counted_and_the_load_goes_on() -> None:
    outcome = met(rude)
    assert outcome.answers == 0
    assert outcome.wrong["connection closed"] > 1


def test_what_is_no_http_is_counted_with_what_it_was() -> None:
    outcome = met(babbling)
    assert outcome.answers == 0
    assert any("220 smtp" in why for why in outcome.wrong)


def test_nobody_there_is_no_answer() -> None:
    with tempered(rude) as port:
        pass
    assert not answers(port)
    with pytest.raises(ConnectionRefusedError):
        Loop(Job(port, "first turns", 1, seconds=0.2)).run()
