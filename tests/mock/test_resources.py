"""Every database connection, socket and file has an owner, and the owner closes it."""

from __future__ import annotations

import gc
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.cli.main import main
from leadway_mock.config.settings import Settings
from leadway_mock.dialogues import DialogueError
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.store import StoreUnavailable, open_store, sqlite
from leadway_mock.testing import Mock
from leadway_mock.web import create_app
from tests.contract.programs import mock
from tests.mock.client import CURRENT, LOCATION, TOKEN
from tests.mock.raw_client import RawClient

PATIENCE = 30.0
REPORTED = "error::ResourceWarning"
IMPOSSIBLE = "turns:\n- {user: a, agent: b, fault: {rule: teapot}}\n"
BODY = {"message": "hello", "locationId": LOCATION}
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}


def is_open(connection: sqlite3.Connection) -> bool:
    try:
        return connection.total_changes >= 0
    except sqlite3.ProgrammingError:
        return False


@pytest.fixture
def file(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/mock.db"


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[sqlite3.Connection]]:
    """The SQLite connections that a test opens, all of which must be closed at its end."""
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def recorded(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        opened.append(connection)
        return connection

    monkeypatch.setattr(sqlite3, "connect", recorded)
    yield opened
    assert opened
    assert not any(map(is_open, opened))


def test_a_connection_that_nobody_closes_is_reported_on_every_python() -> None:
    opened = [sqlite3.connect(":memory:")]
    opened.clear()
    with pytest.warns(ResourceWarning, match="unclosed database"):
        gc.collect()


def test_a_store_that_was_used_by_many_threads_has_nothing_open_once_it_is_closed(
    file: str, connections: list[sqlite3.Connection]
) -> None:
    with closing(open_store(file)) as store, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: store.append("a", str(number)), range(40)))
        assert any(map(is_open, connections))
    store.close()
    with pytest.raises(StoreUnavailable, match="is closed"):
        store.append("a", "late")


def test_closing_does_not_wait_for_a_file_that_another_program_has_locked(
    file: str, connections: list[sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "CLOSE_SECONDS", 0.05)
    path = Path(file.removeprefix("sqlite:///"))
    store = sqlite.SQLiteStore(path)
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        other.execute("BEGIN IMMEDIATE")
        waiting = pool.submit(store.append, "a", "b")
        while not store._lock.locked():  # noqa: SLF001 - nothing else shows that it waits
            time.sleep(0.01)
        began = time.monotonic()
        store.close()
        assert time.monotonic() - began < sqlite.BUSY_SECONDS / 2
        assert connections
        other.execute("ROLLBACK")
        waiting.result(PATIENCE)
    store.close()


def test_an_emulator_that_cannot_be_built_closes_its_store(
    file: str, tmp_path: Path, connections: list[sqlite3.Connection]
) -> None:
    (tmp_path / "talk.yaml").write_text(IMPOSSIBLE)
    with pytest.raises(DialogueError):
        build_emulator(Settings(store=file, dialogues=str(tmp_path / "talk.yaml")))
    assert connections


def test_a_mock_that_cannot_listen_closes_its_store(
    file: str, connections: list[sqlite3.Connection]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["--store", file, "--port", str(taken.getsockname()[1])]) == 2
    assert connections


def test_an_application_closes_the_emulator_that_it_built(
    file: str, connections: list[sqlite3.Connection]
) -> None:
    app = create_app(Settings(store=file))
    assert app.test_client().post(CURRENT, json=BODY, headers=HEADERS).status_code == 200
    assert any(map(is_open, connections))
    del app
    gc.collect()


def test_a_mock_of_a_test_closes_its_store(
    file: str, connections: list[sqlite3.Connection]
) -> None:
    with Mock(store=file, any_token=True, strict=False) as running, RawClient(running.url) as raw:
        raw.send(b"GET /__mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n").reply()
        assert any(map(is_open, connections))


@pytest.mark.parametrize("flags", [(), ("--workers", "2")], ids=["one process", "workers"])
def test_all_is_in_the_one_file_after_a_clean_stop(tmp_path: Path, flags: tuple[str, ...]) -> None:
    """SQLite moves what is in the write-ahead log when the last connection is closed."""
    flags = ("--store", f"sqlite:///{tmp_path}/mock.db", "--quiet", *flags)
    with mock(*flags, within=("env", f"PYTHONWARNINGS={REPORTED}")) as program:
        with RawClient(program.url) as raw:
            body = json.dumps(BODY).encode()
            lines = [f"POST {CURRENT} HTTP/1.1", "Host: localhost"]
            lines += [f"{name}: {value}" for name, value in HEADERS.items()]
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
            reply = raw.send("\r\n".join(lines).encode() + body).reply()
        assert reply is not None
        assert reply.status == 200
        assert (tmp_path / "mock.db-wal").exists()
        assert program.stop() == 0
        assert "Warning" not in program.log.read_text()
    assert [each.name for each in tmp_path.iterdir()] == ["mock.db"]


SCENARIOS: dict[str, str] = {
    "a mock in a test": """
        from leadway import Leadway
        from leadway_mock.testing import Mock
        with Mock(store="sqlite:///mock.db", any_token=True, strict=False) as mock:
            with Leadway(base_url=mock.url, token=mock.token, location_id="here") as leadway:
                leadway.agent(AGENT).execute("hello")
    """,
    "an application": """
        from leadway_mock.web import create_app
        from leadway_mock.config.settings import Settings
        with create_app(Settings(store="sqlite:///mock.db")).test_client() as client:
            client.get("/__mock/health").close()
    """,
}


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_python_reports_nothing_that_was_left_open(scenario: str, tmp_path: Path) -> None:
    lines = [line[8:] for line in scenario.splitlines()]
    code = "\n".join([f"import gc; AGENT = {ECHO_ID!r}", *lines, "gc.collect()"])
    done = subprocess.run(
        [sys.executable, "-W", REPORTED, "-c", code],
        cwd=tmp_path,
        env={name: text for name, text in os.environ.items() if not name.startswith("LEADWAY_")},
        capture_output=True,
        text=True,
        timeout=PATIENCE * 2,
        check=False,
    )
    assert (done.returncode, "Warning" in done.stderr) == (0, False), done.stderr
