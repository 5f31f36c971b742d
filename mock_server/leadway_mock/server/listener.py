"""The listening socket among waitress's connections."""

import errno
import heapq
import itertools
import logging
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any
from weakref import ReferenceType, ref

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from leadway_mock.server.binding import BACKLOG
from leadway_mock.server.channel import Channel
from leadway_mock.server.heads import PlainReader
from leadway_mock.server.prompt import Prompt, never
from leadway_mock.server.tasks import log
from leadway_mock.server.watching import Watch

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

try:
    import resource
except ImportError:  # pragma: no cover - Windows has no such limits
    resource = None  # type: ignore[assignment]

IDENT = "leadway-mock"
MOST_CONNECTIONS = 10_000
"""A silent one costs a few kilobytes and no time."""
LARGEST_HEAD = 65_536
"""Bytes of request line and headers together."""

_ACCEPTS_A_TURN = 64
_FEWEST_CONNECTIONS = 16
_SPARE_FILES = 128
_NO_FILES = frozenset({errno.EMFILE, errno.ENFILE})
_MAINTENANCE_SECONDS = 1.0
_ALL_BUSY_SECONDS = 0.1
"""How long to take it for granted that every connection is busy, once that was found."""


class Workers(ThreadedTaskDispatcher):
    """The threads that run the application; a full queue is not worth a warning each time."""

    logger = log
    queue_logger = log.getChild("queue")


Workers.queue_logger.setLevel(logging.ERROR)


class Listener(TcpWSGIServer):
    """Accepts connections until it is told to drain; never full of idle ones."""

    channel_class = Channel
    logger = log
    draining = False
    active_channels: dict[int, Channel]  # type: ignore[assignment]  # types-waitress says one
    effective_port: int
    next_channel_cleanup = sys.maxsize  # Never: waitress goes by a clock that may jump.
    rests = False  # It has its own work to do on each turn, see `maintenance`.

    def __init__(
        self,
        wsgi_app: "WSGIApplication",
        sock: socket.socket,
        max_body: int,
        prompt: Prompt = never,
        *,
        shared: bool = False,
    ) -> None:
        self.prompt = prompt
        self.plain = PlainReader()
        # Where others accept as well, the first to wake would take all, and they nothing.
        self._accepts_a_turn = 1 if shared else _ACCEPTS_A_TURN
        self._watch = Watch()
        self._waking = threading.RLock()
        self._closed = False
        self._most_connections = most_connections()
        self._next_maintenance = self._next_shedding = 0.0
        self._alarms: list[tuple[float, int, ReferenceType[Channel]]] = []
        self._alarm_numbers = itertools.count()
        super().__init__(
            wsgi_app,
            self._watch,  # type: ignore[arg-type]  # types-waitress says a dictionary of sockets
            _sock=sock,
            dispatcher=Workers(),
            adj=_adjustments(sock, max_body),
            sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
            bind_socket=False,
        )

    def turn(self, seconds: float) -> None:
        """Do what is due on every connection, waiting at most ``seconds`` for something to do."""
        self._look_after(time.monotonic())
        if self._is_full():
            seconds = min(seconds, _ALL_BUSY_SECONDS)
        if self._alarms:
            seconds = max(0.0, min(seconds, self._alarms[0][0] - time.monotonic()))
        self._watch.turn(seconds)
        self._ring()

    def add_task(self, task: Channel) -> None:  # type: ignore[override]  # types-waitress says Task
        """Let a thread work on the channel's next request; an answer that waits needs none."""
        held = task.held()
        if held is not None:
            self.wake_at(held.due, task)
        elif not task.postpone():
            super().add_task(task)  # type: ignore[arg-type]  # the same

    def wake_at(self, due: float, channel: Channel) -> None:
        """Let ``channel`` send what it holds at ``due``, by the monotonic clock."""
        with self._waking:
            # Whoever leaves before its time shall leave nothing else behind.
            heapq.heappush(self._alarms, (due, next(self._alarm_numbers), ref(channel)))

    def readable(self) -> bool:
        """Return whether to wait for the next connection; hang up on silent ones to make room."""
        if not super().readable():
            return False
        if self._is_full() and time.monotonic() >= self._next_shedding:
            self._shed()
        return not self._is_full()

    def maintenance(self, now: float) -> None:
        """Hang up on those idle for too long, on those refused and still sending, and the like.

        `now` is by the monotonic clock. A client that does not read is not waited for.
        """
        for channel in list(self.active_channels.values()):
            if channel.is_overdue(now):
                channel.handle_close()

    def handle_accept(self) -> None:
        """Take connections that wait, several at a time: each turn of the loop has its cost."""
        self._accept(self._accepts_a_turn)

    def drain(self) -> None:
        """Refuse new connections from now on; those the system already took are served."""
        self.draining = True
        self._accept(BACKLOG)
        wasyncore.dispatcher.close(self)

    def close_idle(self, quiet_seconds: float) -> None:
        """Close the connections on which nothing is on its way, and was not just now."""
        since = time.monotonic() - quiet_seconds
        for channel in list(self.active_channels.values()):
            if channel.is_idle() and channel.last_activity <= since:
                channel.handle_close()

    def pull_trigger(self) -> None:
        """Wake the loop; safe from any thread, from a signal handler, and after the end."""
        with self._waking:
            if not self._closed:
                super().pull_trigger()

    def close(self) -> None:
        """Close every socket, whatever is on its way."""
        for channel in list(self.active_channels.values()):
            channel.refused = False
            channel.handle_close()
        with self._waking:
            self._closed = True
            super().close()
        self._watch.close()

    def accept(self) -> tuple[socket.socket, Any] | None:
        """Take a connection; where the files are used up, hold no more of them from now on."""
        try:
            return super().accept()
        except OSError as error:
            if error.errno in _NO_FILES:
                most = max(_FEWEST_CONNECTIONS, len(self.active_channels))
                self._most_connections = min(self._most_connections, most)
            raise

    def _look_after(self, now: float) -> None:
        if now >= self._next_maintenance:
            self._next_maintenance = now + _MAINTENANCE_SECONDS
            self.maintenance(now)

    def _accept(self, most: int) -> None:
        for _ in range(min(most, self._most_connections - len(self.active_channels))):
            known = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == known:
                return

    def _ring(self) -> None:
        """Let every channel send whose time has come."""
        now = time.monotonic()
        while self._alarms and self._alarms[0][0] <= now:
            with self._waking:
                _, _, reference = heapq.heappop(self._alarms)
            channel = reference()
            if channel is not None and channel.connected and channel.socket is not None:
                self._watch.stir(channel.socket.fileno())
                channel.send_held(now)

    def _is_full(self) -> bool:
        return len(self.active_channels) >= self._most_connections

    def _shed(self) -> None:
        """Hang up on the connections that have been silent the longest, if any is.

        To find out that none is, all have to be looked at: not on every turn of the loop.
        """
        silent = [
            channel
            for channel in self.active_channels.values()
            if not channel.is_busy() or channel.is_abandoned()
        ]
        silent.sort(key=lambda channel: channel.last_activity)
        for channel in silent[: max(1, self._most_connections // 8)]:
            channel.handle_close()
        if not silent:
            self._next_shedding = time.monotonic() + _ALL_BUSY_SECONDS


def _adjustments(sock: socket.socket, max_body: int) -> Adjustments:
    return Adjustments(
        sockets=[sock],
        ident=IDENT,
        server_name=sock.getsockname()[0],
        connection_limit=sys.maxsize,  # Waitress would only stop accepting, and say so each time.
        max_request_header_size=LARGEST_HEAD,
        max_request_body_size=max_body + 1,  # Waitress refuses a body of just this size.
        clear_untrusted_proxy_headers=False,  # Nobody believes them, and the journal tells all.
        log_socket_errors=False,
    )


def most_connections() -> int:
    """Return how many connections to hold at once, which the limit on open files may lower."""
    if resource is None:
        return 400  # Windows waits with select(), which takes 512 sockets.
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(_FEWEST_CONNECTIONS, min(MOST_CONNECTIONS, files - _SPARE_FILES))
