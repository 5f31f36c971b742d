"""A mock on a file that stops during conversations: acknowledged turns are in the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.contract.programs import mock
from tests.stress.bad_clients import drip, many, opened
from tests.stress.conversation_clients import compare, conversations
from tests.stress.shutdown import (
    fill_disk_during_conversations,
    port,
    stop_during_conversations,
)
from tests.wait import wait_until


def test_sigterm_during_conversations_loses_nothing(tmp_path: Path) -> None:
    counts = stop_during_conversations(tmp_path, 0.5)
    assert counts.acknowledged > 20
    assert counts.nothing_lost, counts


def test_a_full_disk_during_conversations_loses_nothing(tmp_path: Path) -> None:
    counts = fill_disk_during_conversations(tmp_path)
    if counts is not None:  # Otherwise the system has no limit for a running process.
        assert counts.unavailable
        assert counts.nothing_lost, counts


def test_a_lost_turn_would_be_noticed(tmp_path: Path) -> None:
    file = tmp_path / "mock.db"
    with mock("--store", f"sqlite:///{file}", "--quiet") as program:
        with conversations(port(program), 2) as clients:
            wait_until(lambda: all(len(client.interactions) > 1 for client in clients))
        assert compare(port(program), clients).nothing_lost
        with closing(sqlite3.connect(file)) as other, other:
            other.execute("DELETE FROM entries WHERE key LIKE '%turns/%' AND position = 3")
        counts = compare(port(program), clients)
        assert counts.missing >= 2
        assert not counts.nothing_lost


def test_slow_clients_do_not_delay_the_stop() -> None:
    """Each slow client has sent the first bytes of its request."""
    with mock() as program, many(program.url, 50) as slow, opened(program.url) as late:
        for each in slow:
            next(drip(each, b"POST / HTTP/1.1"))
        late.sendall(b"GET /__mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert late.recv(12) == b"HTTP/1.1 200"
        assert program.stop() == 0
