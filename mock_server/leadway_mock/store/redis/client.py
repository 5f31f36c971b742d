"""The way to a Redis server: connections, short patience, and errors that teach.

redis-py brings the protocol, TLS and a pool. What is asked goes out once: whoever sends a write
again because no answer came may have it done twice.
"""

from __future__ import annotations

import logging
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from redis.connection import Connection, ConnectionPool
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,  # noqa: A004 - redis-py's own name for it
    NoPermissionError,
    NoScriptError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,  # noqa: A004 - the same
)

from leadway_mock.store.base import StoreError, StoreUnavailable
from leadway_mock.store.redis import scripts as scripts
from leadway_mock.store.redis import tls as tls
from leadway_mock.store.redis.circuit_breaker import CircuitBreaker
from leadway_mock.store.urls import shown_url

log = logging.getLogger(__name__)

Word: TypeAlias = str | int
"""A part of a command."""

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
"""How long a request waits for the server before it is told that there is none."""

MANY = 10_000
"""More connections than there are threads; each thread has one at a time."""

OPTIONS = (
    "db",
    "socket_connect_timeout",
    "socket_timeout",
    "ssl_ca_certs",
    "ssl_cert_reqs",
    "ssl_certfile",
    "ssl_check_hostname",
    "ssl_keyfile",
)
"""What the query of a URL may say; redis-py knows more, and some of it would break the store."""

START_ONE = (
    "Start one with `redis-server` or `valkey-server`, or name the one that is meant as in"
    " --store redis://HOST:PORT/DB."
)
NO_CLUSTER = (
    "it is part of a Redis Cluster, which scatters keys that one verb needs together. Name a server"
    " that stands by itself."
)
EVICTS = "its maxmemory-policy is %s. Set it to noeviction."
RIGHTS = "the keys ~leadway:* and the commands +@connection +@read +@scripting +@write"
READ_ONLY = "It takes no writes, as a replica does not. Name the primary."


class RedisClient:
    """One database of a Redis server, asked by many threads."""

    def __init__(self, url: str) -> None:
        """Connect, and claim the database; raises `StoreError`."""
        self.name = shown_url(url)
        self._pool = _pool(url)
        self._gate = CircuitBreaker()
        try:
            self._claim()
        except BaseException:
            self.close()
            raise

    def run(
        self, script: scripts.LuaScript, home: str, *arguments: Word, changes: bool = False
    ) -> Any:  # noqa: ANN401 - what the script returns
        """Run a script and return its result; `changes` if it may. Raises `StoreUnavailable`."""
        words: tuple[Word, ...] = (1, home, *arguments)
        try:
            return self.ask("EVALSHA", script.digest, *words, changes=changes)
        except NoScriptError:  # Nothing was done: the server was started since, or knows us not.
            return self.ask("EVAL", script.text, *words, changes=changes)

    def ask(self, *command: Word, changes: bool = False) -> Any:  # noqa: ANN401 - any reply
        """Send a command and return its reply; `changes` if it may. Raises `StoreUnavailable`."""
        with self._gate.passing():
            connection = self._connected()
            try:
                connection.send_command(*command)  # type: ignore[no-untyped-call]  # it has no types
                return connection.read_response()
            except NoScriptError:
                raise
            except RedisError as error:
                uncertain = changes and _is_without_answer(error)
                raise self._trouble(error, uncertain=uncertain) from error
            finally:
                self._pool.release(connection)

    def close(self) -> None:
        """Close all connections."""
        self._pool.disconnect()

    def _connected(self) -> Connection:
        try:
            return self._pool.get_connection()
        except RedisError as error:
            raise self._trouble(error) from error

    def _trouble(self, error: RedisError, *, uncertain: bool = False) -> StoreUnavailable:
        if isinstance(error, TimeoutError):
            # Idle connections may be as dead, and each would cost another time-out to find out.
            self._pool.disconnect(inuse_connections=False)
        if failure := tls.failure(error, self.name):
            verb, why, _ = failure
        else:
            replied = isinstance(error, AuthenticationError | BusyLoadingError | ResponseError)
            verb = "refuses" if replied else "does not answer"
            why = str(error).strip().removesuffix(".")
        return StoreUnavailable(f"The store {self.name} {verb}: {why}.", uncertain=uncertain)

    def _claim(self) -> None:
        claim = scripts.CLAIM.text
        try:
            if self._info("cluster").get("cluster_enabled") == "1":
                raise StoreError(f"cannot open the store {self.name}: {NO_CLUSTER}")
            found = self.ask("EVAL", claim, 1, scripts.FORMAT_KEY, changes=True)
        except StoreUnavailable as error:
            text = f"cannot open the store. {error} {_lesson(error, self.name)}"
            raise StoreError(text.rstrip()) from error
        if found != scripts.FORMAT:
            raise StoreError(
                f"cannot open the store {self.name}: it holds data in format {found}, and"
                f" this version reads format {scripts.FORMAT}. Name another database, such as /1 at"
                " the end of the URL, or use the version of leadway that wrote it."
            )
        self._warn_of_eviction()

    def _warn_of_eviction(self) -> None:
        memory = self._info("memory")
        policy = memory.get("maxmemory_policy", "")
        if policy.startswith("allkeys") and memory.get("maxmemory") != "0":
            log.warning("The store %s may lose conversations: %s", self.name, EVICTS % policy)

    def _info(self, section: str) -> dict[str, str]:
        """Return what the server says of itself, by name; nothing where it refuses to."""
        try:
            text: str = self.ask("INFO", section)
        except StoreUnavailable as error:
            if isinstance(error.__cause__, ResponseError):
                return {}
            raise
        pairs = (line.partition(":") for line in text.splitlines())
        return {name: value for name, _, value in pairs}


def _pool(url: str) -> ConnectionPool:
    trouble = _trouble(url)
    if trouble:
        # redis-py's own words may quote the URL, and its password.
        raise StoreError(f"cannot read the URL of the store, {shown_url(url)}: {trouble}")
    try:
        pool = ConnectionPool.from_url(
            url,
            max_connections=MANY,
            decode_responses=True,
            protocol=2,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
        )
    except ValueError as error:
        text = f"cannot read the URL of the store, {shown_url(url)}: an option has a wrong value."
        raise StoreError(text) from error
    if trouble := tls.trouble(pool.connection_kwargs):
        raise StoreError(f"cannot open the store {shown_url(url)}: {trouble}")
    return pool


def _trouble(url: str) -> str:
    """Return what is wrong with the URL of a server; empty if nothing is."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "its host and port are not clear. Write a password's special letters as %40 and so."
    if parts.scheme != "unix" and not parts.path.removeprefix("/").isdecimal() and parts.path != "":
        return "behind the port comes the number of a database, as in redis://localhost:6379/0."
    names = [name for name, _ in parse_qsl(parts.query)]
    if not all(name in OPTIONS for name in names):
        return f"an option is not known. There are {', '.join(OPTIONS)}."
    if parts.scheme != tls.SCHEME and any(name.startswith(tls.PREFIX) for name in names):
        return f"options that begin with {tls.PREFIX} are for TLS. Write rediss:// to speak it."
    return ""


def _is_without_answer(error: RedisError) -> bool:
    """Tell whether the server may have got a command and its answer was lost."""
    lost = isinstance(error, ConnectionError | TimeoutError)
    return lost and not isinstance(error, AuthenticationError | BusyLoadingError)


def _lesson(error: StoreUnavailable, name: str) -> str:
    """Return what to do where the store of that name cannot be opened."""
    match error.__cause__:
        case AuthenticationError():
            return (
                "Its password or user is wrong or missing: redis://USER:PASSWORD@HOST:PORT/DB, best"
                " in LEADWAY_MOCK_STORE, which other users of the machine do not see."
            )
        case NoPermissionError():
            return f"The user needs {RIGHTS}."
        case ConnectionError() | TimeoutError() as cause:
            return _way(cause, name)
        case ReadOnlyError():
            return READ_ONLY
        case _:
            return ""


def _way(error: RedisError, name: str) -> str:
    """Return what to do where there is no way to a server as its URL has it."""
    if failure := tls.failure(error, name):
        return failure.lesson
    if not _hung_up(error):
        return START_ONE
    return tls.HUNG_UP if name.startswith(tls.SCHEME) else tls.PERHAPS


def _hung_up(error: RedisError) -> bool:
    """Tell whether there is a server, which took the connection and ended it."""
    ended = (ConnectionResetError, BrokenPipeError)
    resets = any(isinstance(each, ended) for each in tls.causes(error))
    return resets or "closed by server" in str(error)
