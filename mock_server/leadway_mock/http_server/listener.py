"""Listening sockets: opened with errors that help, accepted from while there is room."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import socket
import ssl
from collections.abc import Callable, Collection

from leadway_mock.http_server.protocol import HttpProtocol
from leadway_mock.http_server.tunnel import open_connection

try:
    import resource
except ImportError:  # pragma: no cover - Windows has no such limits
    resource = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

BACKLOG = 1024

_LARGEST_PORT = 65_535
_REASONS = {
    errno.EADDRINUSE: (
        "another program, perhaps another mock, already listens there. Stop it, "
        "or choose another port: --port 0 takes any free one"
    ),
    errno.EADDRNOTAVAIL: (
        "this machine has no such address. Use --host 127.0.0.1 for this machine alone, "
        "or --host 0.0.0.0 for all its networks"
    ),
    errno.EACCES: (
        "ports below 1024 belong to the administrator. Choose a higher one, such as --port 4010, "
        "or let --port 0 take any free one"
    ),
}

EXPOSED = (
    "Listening on %s, so every client on its networks can call the agents and use the control API, "
    "without a password: by address, or by a name given with --host or --allow-host; "
    "--host 127.0.0.1 keeps them out."
)
"""Logged when clients on other machines can connect."""

MAX_CONNECTIONS = 10_000
"""An idle one needs a few kilobytes and no time."""

_MIN_CONNECTIONS = 16
_SPARE_FILES = 128
_NO_FILES = frozenset({errno.EMFILE, errno.ENFILE})
_BATCH = 64
_RETRY_SECONDS = 0.1
"""Pause in accepting when there is no room and every connection is busy."""


class ServerError(Exception):
    """The server cannot listen at the configured address; the text says why and what to do."""


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens on one address; port 0 takes any free port.

    A name with several addresses, such as ``localhost``, resolves to its IPv4 one first. An
    address that other machines can reach causes a warning.

    Raises:
        ServerError: the name does not resolve, the port is out of range, taken or forbidden.
    """
    where = f"{_add_brackets(host)}:{port}"
    family, address = _resolve(host, port, where)
    try:
        listening = socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror)
        raise ServerError(f"Cannot listen on {where}: {reason}.") from error
    if not _address_of(listening).is_loopback:
        log.warning(EXPOSED, host)
    return listening


def url_of(listening: socket.socket, scheme: str = "http") -> str:
    """Return the base URL that reaches a listening socket from this machine, without a slash.

    A socket on every interface (``0.0.0.0`` or ``::``) is named by its loopback address.
    """
    host, port = listening.getsockname()[:2]
    if _address_of(listening).is_unspecified:
        host = "::1" if listening.family == socket.AF_INET6 else "127.0.0.1"
    return f"{scheme}://{_add_brackets(host)}:{port}"


def _resolve(host: str, port: int, where: str) -> tuple[socket.AddressFamily, tuple[str, int]]:
    if not 0 <= port <= _LARGEST_PORT:
        raise ServerError(f"Cannot listen on {where}: a port is a number from 0 (any) to 65535.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ServerError(
            f"Cannot listen on {where}: the host is neither an IP address nor a name that "
            "this machine can resolve. Use --host 127.0.0.1."
        ) from error
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    family, _, _, _, address = found[0]
    return family, (str(address[0]), port)


def _address_of(listening: socket.socket) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(listening.getsockname()[0].partition("%")[0])


def _add_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class Acceptor:
    """Accepts connections on a listening socket, in the running event loop.

    asyncio's own server has no limit on connections, and logs a traceback when the process has
    no file descriptor left.

    Args:
        listen_socket: the listening socket; `close` closes it.
        make_protocol: returns the protocol of a new connection.
        connections: the open connections.
        tls: context for connections that begin with TLS; without it, all are plain HTTP.
        shared: whether other processes accept on the socket, too. Then it accepts one connection
            at a time, since the first process to wake up would take all of them.
    """

    def __init__(
        self,
        listen_socket: socket.socket,
        make_protocol: Callable[[], HttpProtocol],
        connections: Collection[HttpProtocol],
        *,
        tls: ssl.SSLContext | None = None,
        shared: bool,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self._socket = listen_socket
        self._make_protocol = make_protocol
        self._connections = connections
        self._tls = tls
        self._batch = 1 if shared else _BATCH
        self._max_connections = max_connections()
        self._opening: set[asyncio.Task[object]] = set()
        listen_socket.setblocking(False)  # noqa: FBT003 - the name of the method says it
        self._resume()

    def close(self) -> None:
        """Accept what the system has already accepted, and refuse new connections from now on."""
        if self._socket.fileno() < 0:
            return
        while self._accept_one():
            pass
        self.loop.remove_reader(self._socket)
        self._socket.close()
        if self._tls is not None:  # Those that have sent nothing yet would wait for a byte.
            for task in self._opening:
                task.cancel()

    def _resume(self) -> None:
        if self._socket.fileno() >= 0:
            self.loop.add_reader(self._socket, self._accept)

    def _accept(self) -> None:
        for _ in range(self._batch):
            if len(self._connections) + len(self._opening) >= self._max_connections:
                if not self._opening:  # Else it is called again once they are open.
                    self._make_room()
                return
            if not self._accept_one():
                return

    def _accept_one(self) -> bool:
        try:
            connection, _ = self._socket.accept()
        except OSError as error:  # No client is waiting, or it has gone again.
            if error.errno in _NO_FILES:
                most = max(_MIN_CONNECTIONS, len(self._connections))
                self._max_connections = min(self._max_connections, most)
                self._make_room()
            return False
        connection.setblocking(False)  # noqa: FBT003 - as above
        opening = (
            self.loop.connect_accepted_socket(self._make_protocol, connection)
            if self._tls is None
            else open_connection(connection, self._make_protocol, self._tls)
        )
        task: asyncio.Task[object] = self.loop.create_task(opening)
        self._opening.add(task)
        task.add_done_callback(self._finish_opening)
        return True

    def _finish_opening(self, task: asyncio.Task[object]) -> None:
        self._opening.discard(task)
        if not task.cancelled():
            task.exception()  # Else asyncio logs that the exception was never retrieved.

    def _make_room(self) -> None:
        """Close the eighth that has been idle the longest; if none is idle, pause for a moment."""
        idle = [each for each in self._connections if not each.is_busy or each.is_abandoned]
        idle.sort(key=lambda each: each.active_at)
        for each in idle[: max(1, self._max_connections // 8)]:
            each.transport.abort()
        if not idle:
            self.loop.remove_reader(self._socket)
            self.loop.call_later(_RETRY_SECONDS, self._resume)


def max_connections() -> int:
    """Return the number of connections to hold at most, limited by that of open files."""
    if resource is None:
        return 400  # Windows waits with select(), which takes 512 sockets.
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(_MIN_CONNECTIONS, min(MAX_CONNECTIONS, files - _SPARE_FILES))
