"""Store in an SQLite file, which several processes may share.

A verb is in the write-ahead log before it returns, so committed turns survive a killed process.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from leadway_mock.store.base import (
    Append,
    Item,
    Snapshot,
    Store,
    StoreDamaged,
    StoreError,
    StoreUnavailable,
    WouldBlock,
    Write,
)
from leadway_mock.util.files import check_regular_file
from leadway_mock.util.printable_text import short_text

Result = TypeVar("Result")

BUSY_SECONDS = 10.0
"""How long a verb waits for another process's write."""

CLOSE_SECONDS = 1.0
"""How long `close` waits for a verb in progress, which may itself wait for another process."""

PROMPT_SECONDS = 0.005
"""How long a verb in the event loop waits for another write, which takes about 0.0001 seconds."""

SPIN_SECONDS = 0.0001
"""Pause between two tries in the event loop. SQLite's own are ten times as long, or more."""

RETRY_SECONDS = 0.01
"""Pause between two tries to open a file that other processes open."""

PAUSE_SECONDS = 0.1
"""How long the event loop leaves a busy database to threads."""

PAGE_BYTES = 1_024
"""Small, because a commit writes whole pages, and changes few bytes in each of about ten."""

CHECKPOINT_PAGES = 8_000
"""Size of the write-ahead log at which it is copied into the file, which waits for the disk."""

FORMAT = 1
"""The file's format, kept in SQLite's `user_version`; a file of another one is not opened."""

BEGIN_READ = "BEGIN"
BEGIN_WRITE = "BEGIN IMMEDIATE"
"""How a transaction begins: with a view of the data as they are, or with the lock for writes."""

TABLES = """
CREATE TABLE IF NOT EXISTS entries (
    key TEXT NOT NULL, position INTEGER NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (key, position)
);
CREATE TABLE IF NOT EXISTS counters (
    key TEXT PRIMARY KEY, value INTEGER NOT NULL, expires REAL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS counters_by_expiry ON counters (expires) WHERE expires IS NOT NULL;
"""

APPEND = """
INSERT INTO entries (key, position, value)
SELECT :key, newest + 1, :value
FROM (SELECT coalesce((SELECT max(position) FROM entries WHERE key = :key), 0) AS newest)
WHERE :after IS NULL OR newest = :after
RETURNING position
"""

NEWEST = (
    "SELECT * FROM (SELECT key, position, value FROM entries WHERE key = ?"
    " ORDER BY position DESC LIMIT 1)"
)

DROP = "DELETE FROM entries WHERE key = ? AND position <= ? RETURNING value"

FROM_ENTRIES = "FROM entries WHERE key >= ? AND key < ? ORDER BY key, position"
FROM_COUNTERS = "FROM counters WHERE key >= ? AND key < ? ORDER BY key"

COUNT = """
SELECT coalesce((SELECT max(position) FROM entries WHERE key = :key), 0)
     - coalesce((SELECT min(position) FROM entries WHERE key = :key), 1) + 1
"""

INCREMENT = """
INSERT INTO counters (key, value, expires) VALUES (:key, 1, :expires)
ON CONFLICT (key) DO UPDATE SET
    value = CASE WHEN counters.expires <= :now THEN 1 ELSE counters.value + 1 END,
    expires = excluded.expires
RETURNING value
"""

DELETE_EXPIRED = "DELETE FROM counters WHERE expires <= ? AND key >= ? AND key < ?"


MAX_PATH_CHARS = 300
REPLACE_HINT = "Stop the mock, and restore a copy of the file or delete it."
NO_TEXT = "a value is no text"
RESTART_HINT = "Start the mock again."


class _ConflictError(Exception):
    """A list has a newer entry than an append expects."""


class SQLiteStore(Store):
    """A store in one SQLite database; see `Store` for the verbs."""

    def __init__(self, path: Path) -> None:
        """Open the database at `path`; raises `StoreError`."""
        self._lock = threading.Lock()
        self.name = short_text(str(path), MAX_PATH_CHARS)
        self._path = path
        self._connection = _open(path)
        _check_integrity(path, self._connection)
        self._identity = _identity(path)
        # Used by one thread, and therefore without the lock.
        self._prompt_connection = _open(path)
        self._prompt_connection.execute("PRAGMA busy_timeout = 0")
        self._prompt_thread = 0
        self._busy_until = 0.0
        self._is_closed = False

    def read(self, keys: Sequence[str]) -> Sequence[Item | None]:
        """See `Store.read`."""
        rows = self._rows(" UNION ALL ".join([NEWEST] * len(keys)), tuple(keys))
        found = {key: self._item(position, value) for key, position, value in rows}
        return [found.get(key) for key in keys]

    def commit(self, writes: Sequence[Write], *, now: float = 0.0) -> Sequence[int] | None:
        """See `Store.commit`."""
        texts = [str(each.value) if isinstance(each, Append) else "" for each in writes]

        def work(connection: sqlite3.Connection) -> Sequence[int]:
            numbers = []
            for write, text in zip(writes, texts, strict=True):
                if isinstance(write, Append):
                    numbers.append(_append(connection, write, text))
                else:
                    numbers.append(_increment(connection, write.key, now, write.expires))
            return numbers

        try:
            return self._run(work, begin=BEGIN_WRITE)
        except _ConflictError:
            return None

    def commit_early(self, writes: Sequence[Write], *, now: float = 0.0) -> Sequence[int] | None:
        """See `Store.commit_early`."""
        if threading.get_ident() == self._prompt_thread:
            raise WouldBlock
        return self.commit(writes, now=now)

    @contextmanager
    def without_waiting(self) -> Iterator[None]:
        """See `Store.without_waiting`. A verb waits at most `PROMPT_SECONDS`."""
        if time.monotonic() < self._busy_until:
            raise WouldBlock
        self._prompt_thread = threading.get_ident()
        try:
            yield
        except WouldBlock:
            self._busy_until = time.monotonic() + PAUSE_SECONDS
            raise
        finally:
            self._prompt_thread = 0

    def items(self, key: str, *, after: int = 0, limit: int | None = None) -> Sequence[Item]:
        """See `Store.items`."""
        sql = (
            "SELECT position, value FROM entries WHERE key = ? AND position > ?"
            " ORDER BY position LIMIT ?"
        )
        no_limit = -1  # in SQLite
        rows = self._rows(sql, (key, after, no_limit if limit is None else limit))
        return [self._item(*row) for row in rows]

    def count(self, key: str) -> int:
        """See `Store.count`."""
        number: int = self._rows(COUNT, {"key": key})[0][0]
        return number

    def delete(self, *keys: str) -> None:
        """See `Store.delete`."""
        self._run(lambda connection: _delete(connection, keys), begin=BEGIN_WRITE)

    def clear(self, prefix: str = "") -> None:
        """See `Store.clear`."""
        self._run(lambda connection: _clear(connection, prefix), begin=BEGIN_WRITE)

    def export(self, prefix: str) -> Snapshot:
        """See `Store.export`."""

        def work(connection: sqlite3.Connection) -> Snapshot:
            bounds, cut = _key_range(prefix), len(prefix)
            entries = connection.execute(f"SELECT key, position, value {FROM_ENTRIES}", bounds)
            counters = connection.execute(f"SELECT key, value, expires {FROM_COUNTERS}", bounds)
            return Snapshot(
                tuple((key[cut:], *rest) for key, *rest in entries.fetchall()),
                tuple((key[cut:], *rest) for key, *rest in counters.fetchall()),
            )

        snapshot = self._run(work, begin=BEGIN_READ)
        for _, position, value in snapshot.entries:
            self._item(position, value)
        return snapshot

    def restore(self, prefix: str, snapshot: Snapshot) -> None:
        """See `Store.restore`."""

        def work(connection: sqlite3.Connection) -> None:
            _clear(connection, prefix)
            for table, rows in (("entries", snapshot.entries), ("counters", snapshot.counters)):
                connection.executemany(
                    f"INSERT INTO {table} VALUES (?, ?, ?)",  # noqa: S608 - our own two names
                    [(prefix + key, *rest) for key, *rest in rows],
                )

        self._run(work, begin=BEGIN_WRITE)

    def close(self) -> None:
        """See `Store.close`."""
        self._is_closed = True
        if self._lock.acquire(timeout=CLOSE_SECONDS):
            try:
                self._connection.close()
                self._prompt_connection.close()
            finally:
                self._lock.release()

    def _item(self, position: int, value: object) -> Item:
        if not isinstance(value, str):  # Columns of SQLite take values of any type.
            raise StoreDamaged(self.name, NO_TEXT, REPLACE_HINT)
        return Item(position, value)

    def _rows(self, sql: str, values: tuple[object, ...] | dict[str, object]) -> list[Any]:
        return self._run(lambda connection: connection.execute(sql, values).fetchall())

    def _run(self, work: Callable[[sqlite3.Connection], Result], *, begin: str = "") -> Result:
        """Run `work` under the lock; with `begin`, its statements are one transaction."""
        is_prompt = threading.get_ident() == self._prompt_thread
        connection = self._prompt_connection if is_prompt else self._connection
        with nullcontext() if is_prompt else self._lock:
            if self._is_closed:
                raise StoreUnavailable(f"The store {self.name} is closed.")
            try:
                if not begin:
                    return work(connection)
                if _identity(self._path) != self._identity:
                    raise StoreDamaged(self.name, "the file was deleted or replaced", RESTART_HINT)
                with _transaction(connection, begin, prompt=is_prompt):
                    return work(connection)
            except sqlite3.OperationalError as error:
                if is_prompt and _is_busy(error):
                    raise WouldBlock from error
                if "UTF-8" in str(error):
                    raise StoreDamaged(self.name, NO_TEXT, REPLACE_HINT) from error
                # Nothing is uncertain: every write is in a transaction, which has undone all.
                text = f"The store {self.name} cannot be used at present: {error}."
                raise StoreUnavailable(text) from error
            except (sqlite3.Error, UnicodeError) as error:
                raise StoreDamaged(self.name, str(error), REPLACE_HINT) from error


def _key_range(prefix: str) -> tuple[str, str]:
    """Return the first key that begins with `prefix`, and a key after all of them."""
    return prefix, prefix + "\U0010ffff"


def _namespace(key: str) -> str:
    """Return the first part of a key, with its slash; each may have a clock of its own."""
    head, slash, _ = key.partition("/")
    return head + slash if slash else ""


def _append(connection: sqlite3.Connection, write: Append, text: str) -> int:
    values = {"key": write.key, "value": text, "after": 0 if write.once else write.after}
    rows = connection.execute(APPEND, values).fetchall()
    if not rows and write.once:
        (_, newest, _), *_ = connection.execute(NEWEST, (write.key,)).fetchall()
        return int(newest)
    if not rows:
        raise _ConflictError
    position: int = rows[0][0]
    if write.keep is not None and position > write.keep:
        dropped = connection.execute(DROP, (write.key, position - write.keep)).fetchall()
        _delete(connection, [prefix + value for prefix in write.owned for (value,) in dropped])
    return position


def _delete(connection: sqlite3.Connection, keys: Sequence[str]) -> None:
    rows = [(key,) for key in keys]
    connection.executemany("DELETE FROM entries WHERE key = ?", rows)
    connection.executemany("DELETE FROM counters WHERE key = ?", rows)


def _increment(connection: sqlite3.Connection, key: str, now: float, expires: float | None) -> int:
    values = {"key": key, "now": now, "expires": expires}
    number: int = connection.execute(INCREMENT, values).fetchall()[0][0]
    if number == 1 and expires is not None:
        connection.execute(DELETE_EXPIRED, (now, *_key_range(_namespace(key))))
    return number


def _clear(connection: sqlite3.Connection, prefix: str) -> None:
    for table in ("entries", "counters"):
        connection.execute(f"DELETE FROM {table} WHERE key >= ? AND key < ?", _key_range(prefix))  # noqa: S608


@contextmanager
def _transaction(
    connection: sqlite3.Connection, begin: str = BEGIN_WRITE, *, prompt: bool = False
) -> Iterator[None]:
    if not connection.in_transaction:
        seconds = PROMPT_SECONDS if prompt else 0.0
        _execute_when_free(connection, begin, seconds=seconds, pause=SPIN_SECONDS)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled back already where the disk is full.
            connection.execute("ROLLBACK")
        raise


def _is_busy(error: sqlite3.OperationalError) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)  # Errors of Python have none.
    return code & 0xFF == sqlite3.SQLITE_BUSY  # the low byte is the error's kind


def _open(path: Path) -> sqlite3.Connection:
    try:
        check_regular_file(path, missing_ok=True)
        connection = sqlite3.connect(
            path,
            timeout=BUSY_SECONDS,
            isolation_level=None,  # each statement commits by itself unless we say BEGIN
            check_same_thread=False,  # the store's lock keeps threads apart
        )
    except (sqlite3.Error, OSError, ValueError) as error:
        raise StoreError(_cannot_open(path, error)) from error
    try:
        _prepare(connection)
    except (sqlite3.Error, StoreError, ValueError) as error:
        connection.close()
        raise StoreError(_cannot_open(path, error)) from error
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    _check_format(connection)
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a new file
    # SQLite does not wait for other processes that change this mode.
    mode = "PRAGMA journal_mode = WAL"
    _execute_when_free(connection, mode, seconds=BUSY_SECONDS, pause=RETRY_SECONDS)
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute("PRAGMA synchronous = NORMAL")
    with _transaction(connection):
        for statement in filter(str.strip, TABLES.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {FORMAT}")


def _execute_when_free(
    connection: sqlite3.Connection, sql: str, *, seconds: float, pause: float
) -> None:
    """Execute a statement, for up to so many seconds again while the database is busy."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            connection.execute(sql)
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() >= deadline:
                raise
            time.sleep(pause)
        else:
            return


def _check_format(connection: sqlite3.Connection) -> None:
    # In this order: another process may be making the tables, whose commit has the format, too.
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found not in {0, FORMAT}:
        raise StoreError(f"it is in format {found}, and this version reads format {FORMAT}")
    if found == 0 and tables:
        raise StoreError("it is the database of another program")


def _check_integrity(path: Path, connection: sqlite3.Connection) -> None:
    """Raise `StoreError` if the database is damaged."""
    try:
        [(found,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
        # Also a table without its columns is damage.
        connection.execute("SELECT key, position, value FROM entries LIMIT 0")
        connection.execute("SELECT key, value, expires FROM counters LIMIT 0")
    except (sqlite3.Error, ValueError) as error:
        found = str(error)
    if found != "ok":
        connection.close()
        name, what = short_text(str(path), MAX_PATH_CHARS), " ".join(found.split())
        text = f"cannot open the store {name}: the file is damaged ({what}). {REPLACE_HINT}"
        raise StoreError(text)


def _identity(path: Path) -> tuple[int, int] | None:
    """Return device and inode of the file at `path`; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _cannot_open(path: Path, error: Exception) -> str:
    reason = (isinstance(error, OSError) and error.strerror) or short_text(str(error))
    name = short_text(str(path), MAX_PATH_CHARS)
    return (
        f"cannot open the store {name}: {reason}. Name a file in a folder that exists"
        " and that you may write, as in --store sqlite:///mock.db, or leave --store out."
    )
