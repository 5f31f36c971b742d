"""Damaged stores: a clear exit at start, and 503 with the store's name while the mock serves."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import redis
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from leadway_mock.config.settings import Settings
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.store import StoreError, open_store
from leadway_mock.store.sqlite import SQLiteStore
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.mock.client import CURRENT, LOCATION, TOKEN

HEADERS: Final = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
READS: Final = ("/__mock/sessions", "/__mock/journal", "/__mock/snapshot", "/__mock/conformance")
DAMAGED_TEXTS: Final = ("", "{", "[]", "null", "1", '"x"', "{}", '{"at": []}', "\ud7ff", "[" * 9999)

CHATTR: Final = shutil.which("chattr") or ""
needs_chattr = pytest.mark.skipif(not CHATTR, reason="the system has no chattr")


class DamagedMock:
    """A mock with two turns over a store that a test damages."""

    def __init__(self, url: str) -> None:
        self.emulator = build_emulator(Settings(store=url))
        self.client: FlaskClient = create_app(emulator=self.emulator).test_client()
        self.session = self.say().json["executionId"]  # type: ignore[index]  # a JSON object
        self.say(executionId=self.session)

    def say(self, **fields: str) -> TestResponse:
        body = {"message": "hello", "locationId": LOCATION, **fields}
        return self.client.post(CURRENT, json=body, headers=HEADERS)

    def responses(self) -> list[TestResponse]:
        reads = (*READS, "/__mock/health", f"/__mock/sessions/{self.session}")
        return [self.say(executionId=self.session), *map(self.client.get, reads)]


@pytest.fixture
def mock_over() -> Iterator[Callable[[str], DamagedMock]]:
    mocks: list[DamagedMock] = []

    def make(url: str) -> DamagedMock:
        mocks.append(DamagedMock(url))
        return mocks[-1]

    yield make
    for each in mocks:
        each.emulator.close()


def assert_damage_is_named(responses: list[TestResponse], name: str) -> None:
    damaged = [each for each in responses if each.status_code != 200]
    assert damaged
    for each in damaged:
        assert each.status_code == 503, each.text
        assert each.headers["X-Mock-Rule"] == "store-unavailable"
        assert name in each.headers["X-Mock-Hint"]
        assert "Retry-After" not in each.headers
        assert len(each.data) < 1_000


def write(file: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        assert connection.execute(sql, values).rowcount > 0


@pytest.mark.behaviour("store-unavailable")
@pytest.mark.parametrize("text", DAMAGED_TEXTS)
@pytest.mark.parametrize("key", ["%turns/%", "%journal"])
def test_a_damaged_entry_is_an_outage_until_a_reset(
    text: str, key: str, tmp_path: Path, mock_over: Callable[[str], DamagedMock]
) -> None:
    file = tmp_path / "mock.db"
    mock = mock_over(f"sqlite:///{file}")
    write(file, "UPDATE entries SET value = ? WHERE key LIKE ?", text, key)

    assert_damage_is_named(mock.responses(), str(file))
    assert mock.client.post("/__mock/reset", json={}).status_code == 200
    assert mock.say().status_code == 200


@pytest.mark.parametrize("text", DAMAGED_TEXTS[:4])
def test_damaged_overrides_are_an_outage_until_a_reset(
    text: str, tmp_path: Path, mock_over: Callable[[str], DamagedMock]
) -> None:
    file = tmp_path / "mock.db"
    mock = mock_over(f"sqlite:///{file}")
    mock.client.patch("/__mock/settings", json={"maxTurns": 5})
    write(file, "UPDATE entries SET value = ? WHERE key LIKE '%overrides'", text)

    assert_damage_is_named(mock.responses(), str(file))
    assert mock.client.post("/__mock/reset", json={}).status_code == 200
    assert mock.say().status_code == 200


@pytest.mark.parametrize("value", [b"\xff\xfe", None, 5, "not UTF-8"])
def test_a_value_of_another_type_is_an_outage(
    value: object, tmp_path: Path, mock_over: Callable[[str], DamagedMock]
) -> None:
    file = tmp_path / "mock.db"
    mock = mock_over(f"sqlite:///{file}")
    sql = "UPDATE OR IGNORE entries SET value = ? WHERE key LIKE '%turns/%'"
    if value == "not UTF-8":
        write(file, sql.replace("?", "CAST(x'fffe' AS TEXT)"))
    elif value is None:
        write(file, "UPDATE entries SET position = 10 * position WHERE key LIKE '%turns/%'")
        return
    else:
        write(file, sql, value)

    assert_damage_is_named(mock.responses(), str(file))


def test_a_file_that_is_overwritten_while_the_mock_serves_is_an_outage(
    tmp_path: Path, mock_over: Callable[[str], DamagedMock]
) -> None:
    file = tmp_path / "mock.db"
    mock = mock_over(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as damaged:
        damaged.write(b"\0" * file.stat().st_size)

    responses = mock.responses()
    assert_damage_is_named(responses, str(file))
    assert "malformed" in responses[0].headers["X-Mock-Hint"] or "not a database" in str(
        responses[0].headers["X-Mock-Hint"]
    )


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_deleted_or_replaced_while_the_mock_serves_is_an_outage(
    tmp_path: Path, mock_over: Callable[[str], DamagedMock], *, replaced: bool
) -> None:
    """Without the check, the mock would write into a file without a name."""
    file = tmp_path / "mock.db"
    mock = mock_over(f"sqlite:///{file}")
    file.rename(tmp_path / "elsewhere")
    if replaced:
        file.touch()

    response = mock.say()
    assert_damage_is_named([response], str(file))
    assert "was deleted or replaced" in response.headers["X-Mock-Hint"]


@contextmanager
def read_only(store: SQLiteStore, file: Path, how: str) -> Iterator[None]:
    """Have the system, or SQLite, refuse every write to an open store."""
    connections = (store._connection, store._prompt_connection)  # noqa: SLF001 - no verb does this
    log = f"{file}-wal"
    if how == "query_only":
        for each in connections:
            each.execute("PRAGMA query_only = ON")
    elif subprocess.run([CHATTR, "+i", log], capture_output=True, check=False).returncode:
        pytest.skip("this user or file system cannot make a file immutable")
    try:
        yield
    finally:
        if how == "query_only":
            for each in connections:
                each.execute("PRAGMA query_only = OFF")
        else:
            subprocess.run([CHATTR, "-i", log], check=True)


@pytest.mark.behaviour("store-unavailable")
@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("query_only", "attempt to write a readonly database"),
        pytest.param("immutable", "disk I/O error", marks=needs_chattr),
    ],
)
def test_a_file_that_becomes_read_only_is_an_outage_for_writes_until_it_is_writable(
    how: str, reason: str, tmp_path: Path, mock_over: Callable[[str], DamagedMock]
) -> None:
    file = tmp_path / "mock.db"
    mock = mock_over(f"sqlite:///{file}")
    store, app = mock.emulator.namespaces.shared().store, mock.client.application
    assert isinstance(store, SQLiteStore)
    body = {"message": "hello", "locationId": LOCATION, "executionId": mock.session}
    with open_server(app, Settings(port=0)) as server:
        with read_only(store, file, how):
            responses: list[Any] = [mock.say(executionId=mock.session) for _ in range(2)]
            responses += [httpx.post(server.url + CURRENT, json=body, headers=HEADERS)]
            reset = mock.client.post("/__mock/reset", json={})
            reads = [mock.client.get(path).status_code for path in (*READS, "/__mock/health")]
        assert httpx.post(server.url + CURRENT, json=body, headers=HEADERS).status_code == 200
    for each in responses:
        assert each.status_code == 503, each.text
        assert each.headers["X-Mock-Rule"] == "store-unavailable"
        assert f"The store {file} cannot be used at present: {reason}." in str(
            each.headers["X-Mock-Hint"]
        )
        assert each.headers["Retry-After"] == "1"  # Nothing was stored.
    assert reset.status_code == 503
    assert reason in reset.text
    assert reads == [200] * (len(READS) + 1)
    assert mock.client.get(f"/__mock/sessions/{mock.session}").json["turns"] == 3  # type: ignore[index]  # a JSON object


def test_a_file_that_is_read_only_at_start_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "mock.db"
    open_store(f"sqlite:///{file}").close()
    connect = sqlite3.connect

    def connect_read_only(path: Path, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(f"file:{path}?mode=ro", uri=True, **options)
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect_read_only)
        with pytest.raises(StoreError, match=r"readonly database.*that you may write"):
            open_store(f"sqlite:///{file}")


def _damage(content: bytearray, how: str) -> bytes:
    chosen = random.Random(7)  # noqa: S311 - the same damage each time
    match how:
        case "zeros":
            content[8_192:] = bytes(len(content) - 8_192)
        case "cut":
            del content[len(content) // 2 :]
        case "text":
            return b"this is no database, and longer than its header " * 3
        case "flipped":
            for _ in range(2_000):
                content[chosen.randrange(100, len(content))] ^= 0xFF
    return bytes(content)


@pytest.mark.parametrize("how", ["zeros", "cut", "text", "flipped"])
def test_a_damaged_file_keeps_the_mock_from_starting(
    how: str, tmp_path: Path, mock_over: Callable[[str], DamagedMock]
) -> None:
    file = tmp_path / "mock.db"
    mock = mock_over(f"sqlite:///{file}")
    for _ in range(30):
        mock.say(executionId=mock.session)
    mock.emulator.close()
    file.write_bytes(_damage(bytearray(file.read_bytes()), how))

    with pytest.raises(StoreError) as error:
        open_store(f"sqlite:///{file}")
    assert str(file) in str(error.value)
    assert len(str(error.value)) < 600
    assert "\n" not in str(error.value)


def test_a_table_without_its_columns_keeps_the_mock_from_starting(tmp_path: Path) -> None:
    file = tmp_path / "mock.db"
    open_store(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript("DROP TABLE entries; CREATE TABLE entries (x)")
    with pytest.raises(StoreError, match="the file is damaged"):
        open_store(f"sqlite:///{file}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no FIFOs")
def test_a_fifo_is_no_database(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mock.db")
    with pytest.raises(StoreError, match="it is a FIFO"):
        open_store(f"sqlite:///{tmp_path / 'mock.db'}")


def _damage_keys(client: Any, kind: str) -> None:
    for key in client.keys("leadway:*"):
        name = key.decode()
        if ":list:" in name and ("turns" in name or name.endswith("journal")):
            if kind == "wrong type":
                client.delete(key)
                client.set(key, "text")
            else:
                value = {"no position": "x", "no JSON": "1:{", "no UTF-8": b"1:\xff"}[kind]
                client.lset(key, -1, value)
        elif ":counter:" in name and kind == "wrong type":
            client.delete(key)
            client.set(key, "text")


@pytest.mark.parametrize("kind", ["wrong type", "no position", "no JSON", "no UTF-8"])
def test_damaged_keys_of_a_redis_server_are_an_outage_until_a_reset(
    kind: str, redis_url: str, mock_over: Callable[[str], DamagedMock]
) -> None:
    mock = mock_over(redis_url)
    with redis.Redis.from_url(redis_url) as client:
        _damage_keys(client, kind)

    assert_damage_is_named(mock.responses(), "redis://")
    assert mock.client.post("/__mock/reset", json={}).status_code == 200
    assert mock.say().status_code == 200
