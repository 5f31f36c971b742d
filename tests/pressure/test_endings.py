"""A mock on a file that is stopped amid the talk: what was acknowledged is there afterwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bench.pressure.endings import full_disk, sigterm
from bench.pressure.telling import look_back, telling
from tests.contract.programs import mock
from tests.pressure.pressing import drip, many, opened, soon


def test_sigterm_amid_the_talk_loses_nothing(tmp_path: Path) -> None:
    ended = sigterm(0.5, tmp_path)
    assert ended.kept.acknowledged > 20
    assert ended.kept.nothing_lost, ended.kept


def test_a_full_disk_amid_the_talk_loses_nothing(tmp_path: Path) -> None:
    ended = full_disk(0.1, tmp_path)
    if ended is not None:  # Else this system sets no limits of a process that runs.
        assert ended.kept.refused
        assert ended.kept.nothing_lost, ended.kept


def test_a_turn_that_was_lost_would_be_noticed(tmp_path: Path) -> None:
    file = tmp_path / "mock.db"
    with mock("--store", f"sqlite:///{file}", "--quiet") as program:
        port = int(program.url.rpartition(":")[2])
        with telling(port, 2) as tellers:
            assert soon(lambda: all(len(each.told) > 1 for each in tellers))
        assert look_back(port, tellers, others=0).nothing_lost
        with closing(sqlite3.connect(file)) as other, other:
            other.execute("DELETE FROM entries WHERE key LIKE '%turns/%' AND position = 3")
        found = look_back(port, tellers, others=0)
        assert found.missing >= 2
        assert not found.nothing_lost


def test_slow_clients_do_not_keep_a_mock_from_stopping() -> None:
    """Half a head of each stands, and none of them has said anything for a moment."""
    with mock() as program, many(program.url, 50) as slow, opened(program.url) as late:
        for each in slow:
            next(drip(each, b"POST / HTTP/1.1"))
        late.sendall(b"GET /__mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert late.recv(12) == b"HTTP/1.1 200"
        assert program.stop() == 0
