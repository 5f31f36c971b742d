"""Connections to a Redis server: time-outs, circuit breaker, error texts.

redis-py provides the protocol, TLS and the pool. Each command is sent at most once: a write that is
sent again because its reply was lost may be executed twice.
"""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar
from urllib.parse import parse_qsl, urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.connection import ConnectionPool
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,  # noqa: A004 - redis-py's own name for it
    NoPermissionError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,  # noqa: A004 - the same
)
from redis.retry import Retry

from leadway_mock.store.base import (
    DECODE_ERRORS,
    StoreDamaged,
    StoreError,
    StoreUnavailable,
    redact_url,
)
from leadway_mock.store.redis import scripts
from leadway_mock.util.files import check_regular_file
from leadway_mock.util.printable_text import short_text

log = logging.getLogger(__name__)

Argument: TypeAlias = str | int
Result = TypeVar("Result")

CONNECT_TIMEOUT_SECONDS = 1.0
RESPONSE_TIMEOUT_SECONDS = 2.0

MAX_CONNECTIONS = 10_000
"""More connections than there are threads; each thread uses one at a time."""

TLS_SCHEME = "rediss"
TLS_PREFIX = "ssl_"
CA_FILE, CERTIFICATE, KEY = "ssl_ca_certs", "ssl_certfile", "ssl_keyfile"
VERIFICATION = "ssl_cert_reqs"
VERIFICATION_MODES = ("required", "optional", "none")

OPTIONS = (
    "db",
    "socket_connect_timeout",
    "socket_timeout",
    CA_FILE,
    VERIFICATION,
    CERTIFICATE,
    "ssl_check_hostname",
    KEY,
)
"""The options that the query of a URL may have; some others of redis-py break the store."""

START_HINT = (
    "Start one with `redis-server` or `valkey-server`, or name another one with"
    " --store redis://HOST:PORT/DB."
)
TLS_HINT = "docs/scale.md explains the options under 'Redis over TLS'."
TLS_EXPECTED_HINT = "If the server expects TLS on this port, write rediss:// instead of redis://."
CREDENTIALS_HINT = (
    "The user or password is wrong or missing: redis://USER:PASSWORD@HOST:PORT/DB. Set it in"
    " LEADWAY_MOCK_STORE, which other users of the machine cannot read."
)
PERMISSIONS_HINT = (
    "The user needs the keys ~leadway:* and the commands +@connection +@read +@scripting +@write."
)
READ_ONLY_HINT = "It is read-only, as a replica is. Name the primary."
HINTS: tuple[tuple[type[RedisError], str], ...] = (
    (AuthenticationError, CREDENTIALS_HINT),
    (NoPermissionError, PERMISSIONS_HINT),
    (ReadOnlyError, READ_ONLY_HINT),
)
DAMAGE = "a key that begins with leadway: is not as the mock wrote it"
DAMAGE_HINT = "POST /__mock/reset deletes all conversations; so does deleting these keys."
WRONG_TYPE = "WRONGTYPE"
CLUSTER_ERROR = (
    "it is a node of a Redis Cluster, which spreads keys that one command needs together. Name a"
    " standalone server."
)
EVICTION_WARNING = (
    "The store %s may lose conversations: its maxmemory-policy is %s. Set it to noeviction."
)


class RedisClient:
    """One database of a Redis server. Thread-safe."""

    def __init__(self, url: str) -> None:
        """Connect and check the format of the data; raises `StoreError`."""
        self.name = redact_url(url)
        self._pool = _create_pool(url)
        self._redis = Redis(connection_pool=self._pool)
        self._scripts = {text: self._redis.register_script(text) for text in scripts.ALL}
        self._breaker = CircuitBreaker()
        try:
            self._check_server()
        except BaseException:
            self.close()
            raise

    def run(
        self,
        script: str,
        homes: Sequence[str],
        *arguments: Argument,
        changes: bool = False,
        make: Callable[[Any], Result] = lambda result: result,
    ) -> Result:
        """Run a script of `scripts` on `homes` and return its result; raises `StoreUnavailable`.

        `changes` says whether the script writes: then a lost reply leaves its outcome uncertain.
        `make` converts the result.
        """
        call = self._scripts[script]
        try:
            result = self._send(lambda: call(homes, arguments), changes=changes)
            return make(result)
        except DECODE_ERRORS as error:  # A UnicodeError, too.
            raise StoreDamaged(self.name, DAMAGE, DAMAGE_HINT) from error

    def execute(self, *command: Argument) -> Any:  # noqa: ANN401 - any reply
        """Send a command that only reads, and return its reply; raises `StoreUnavailable`."""
        return self._send(
            lambda: self._redis.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.disconnect()

    def _send(self, call: Callable[[], Result], *, changes: bool = False) -> Result:
        with self._breaker.guard():
            try:
                return call()
            except _ConnectFailedError as error:  # The command was not sent.
                raise self._unavailable(error.cause) from error.cause
            except RedisError as error:
                if isinstance(error, ResponseError) and _is_damage(str(error)):
                    raise StoreDamaged(self.name, DAMAGE, DAMAGE_HINT) from error
                uncertain = changes and _is_reply_lost(error)
                raise self._unavailable(error, uncertain=uncertain) from error

    def _unavailable(self, error: RedisError, *, uncertain: bool = False) -> StoreUnavailable:
        if isinstance(error, TimeoutError):
            # Other idle connections may be dead too, and each would cost another time-out.
            self._pool.disconnect(inuse_connections=False)
        replied = isinstance(error, AuthenticationError | BusyLoadingError | ResponseError)
        problem = "returned an error" if replied else "does not respond"
        why = short_text(str(error).strip().removesuffix("."))
        return StoreUnavailable(f"The store {self.name} {problem}: {why}.", uncertain=uncertain)

    def _check_server(self) -> None:
        try:
            if self._info("cluster").get("cluster_enabled"):
                raise StoreError(f"cannot open the store {self.name}: {CLUSTER_ERROR}")
            stored: object = self.run(scripts.CLAIM, (scripts.FORMAT_KEY,), changes=True)
        except StoreUnavailable as error:
            text = f"cannot open the store. {error} {self._hint(error.__cause__)}"
            raise StoreError(text.rstrip()) from error
        if stored != scripts.FORMAT:
            raise StoreError(
                f"cannot open the store {self.name}: it holds data in format {stored}, and"
                f" this version reads format {scripts.FORMAT}. Name another database, such as /1 at"
                " the end of the URL, or use the version of leadway that wrote it."
            )
        memory = self._info("memory")
        policy = memory.get("maxmemory_policy", "")
        if policy.startswith("allkeys") and memory.get("maxmemory"):
            log.warning(EVICTION_WARNING, self.name, policy)

    def _info(self, section: str) -> Mapping[str, Any]:
        """Return a section of INFO; empty where the user may not read it."""
        try:
            section_values: Mapping[str, Any] = self.execute("INFO", section)
        except StoreUnavailable as error:
            if isinstance(error.__cause__, ResponseError):
                return {}
            raise
        return section_values

    def _hint(self, error: BaseException | None) -> str:
        for kind, hint in HINTS:
            if isinstance(error, kind):
                return hint
        if not isinstance(error, ConnectionError | TimeoutError):
            return ""
        if self.name.startswith(TLS_SCHEME):
            return TLS_HINT
        hung_up = "closed by server" in str(error) or "reset by peer" in str(error)
        return TLS_EXPECTED_HINT if hung_up else START_HINT


class CircuitBreaker:
    """Closed while the server responds; half-open after a time-out: one probe at a time.

    Others fail at once, so a server that hangs blocks one thread and not all.
    There is no cool-down period: the next probe starts as soon as the last one has ended, so the
    breaker closes as soon as the server is back.
    """

    def __init__(self) -> None:
        self._last_error: StoreUnavailable | None = None
        self._probe = threading.Lock()

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Run one call to the server, which raises `StoreUnavailable` caused by redis-py's error.

        Raises `StoreUnavailable` at once where the server hangs and another thread probes it.
        """
        last_error = self._last_error
        if last_error and not self._probe.acquire(blocking=False):
            raise StoreUnavailable(str(last_error))  # Nothing was sent, so nothing is uncertain.
        try:
            yield
        except StoreUnavailable as error:
            self._last_error = error if isinstance(error.__cause__, TimeoutError) else None
            raise
        else:
            self._last_error = None
        finally:
            if last_error:
                self._probe.release()


class _ConnectFailedError(Exception):
    """There is no connection, so nothing was sent."""

    def __init__(self, cause: RedisError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class _Pool(ConnectionPool):
    """Connection pool that distinguishes a failed connect from a failed command."""

    def get_connection(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as in redis-py
        try:
            return super().get_connection(*arguments, **options)
        except RedisError as error:
            raise _ConnectFailedError(error) from error


def _create_pool(url: str) -> ConnectionPool:
    name = redact_url(url)
    if problem := _url_problem(url):
        # redis-py's own texts may quote the URL with its password.
        raise StoreError(f"cannot read the URL of the store, {name}: {problem}")
    try:
        pool = _Pool.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            decode_responses=True,
            protocol=2,
            socket_connect_timeout=CONNECT_TIMEOUT_SECONDS,
            socket_timeout=RESPONSE_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError as error:
        text = f"cannot read the URL of the store, {name}: an option has a wrong value."
        raise StoreError(text) from error
    if problem := _tls_problem(pool.connection_kwargs):
        raise StoreError(f"cannot open the store {name}: {problem} {TLS_HINT}")
    return pool


def _url_problem(url: str) -> str:
    """Return what is wrong with the URL of a server; empty if nothing is."""
    try:
        parts = urlsplit(url)
        _ = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError:
        return "host and port cannot be separated. Percent-encode the password, as in %40 for @."
    if "%" in (parts.hostname or "") and ":" not in (parts.hostname or ""):
        return "the host has a percent sign. Write the @ before the host as it is."
    if parts.scheme != "unix" and not parts.path.removeprefix("/").isdecimal() and parts.path != "":
        return "the path must be the number of a database, as in redis://localhost:6379/0."
    names = [name for name, _ in parse_qsl(parts.query)]
    if not all(name in OPTIONS for name in names):
        return f"unknown option; known are {', '.join(OPTIONS)}."
    if parts.scheme != TLS_SCHEME and any(name.startswith(TLS_PREFIX) for name in names):
        return f"options that begin with {TLS_PREFIX} need TLS. Write {TLS_SCHEME}://."
    return ""


def _tls_problem(options: Mapping[str, Any]) -> str:
    """Return what is wrong with the TLS options of a URL; empty if nothing is.

    redis-py reads the files at each connect, its errors do not name them, and OpenSSL prompts for
    a missing pass phrase on the terminal. So they are read here once.
    """
    if (mode := options.get(VERIFICATION, VERIFICATION_MODES[0])) not in VERIFICATION_MODES:
        return f"{VERIFICATION} must be one of {', '.join(VERIFICATION_MODES)}, not {mode!r}."
    authorities, certificate, key = (options.get(name) for name in (CA_FILE, CERTIFICATE, KEY))
    if key and not certificate:
        return f"{KEY} needs {CERTIFICATE}."
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    read = CA_FILE
    try:
        for file in filter(None, (authorities, certificate, key)):
            check_regular_file(file, missing_ok=True)
        if authorities:
            context.load_verify_locations(authorities)
        read = f"{CERTIFICATE} with {KEY}" if key else CERTIFICATE
        if certificate:
            context.load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        return f"cannot read {read}: {getattr(error, 'strerror', None) or error}."
    return ""


def _is_damage(text: str) -> bool:
    """Return whether an error of the server is about a key's type or the value of an entry."""
    return WRONG_TYPE in text or "attempt to" in text or "not an integer" in text


def _is_reply_lost(error: RedisError) -> bool:
    """Return whether the server may have executed a command whose reply did not arrive."""
    lost = isinstance(error, ConnectionError | TimeoutError)
    return lost and not isinstance(error, AuthenticationError | BusyLoadingError)
