"""One client's connection: what it sends and when, its refusals, and its end."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING, Any

from waitress.utilities import InternalServerError

from leadway_mock.http.delivery import AT_ONCE, HEAD
from leadway_mock.server.parsing import StrictParser
from leadway_mock.server.patience import PatientChannel
from leadway_mock.server.prompt import Reply, surroundings
from leadway_mock.server.sending import Ending, Script, script
from leadway_mock.server.tasks import Answer, Refusal, log

if TYPE_CHECKING:
    from leadway_mock.server.listener import Listener

LINGER_SECONDS = 2.0
"""How long a refused client may go on sending before it is cut off."""

RESET_ON_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""Linger for no time at all: what was not sent is dropped, and the client gets a reset."""


class Held:
    """An answer that waits for its time; it stands in the queue where its request stood."""

    def __init__(self, script: Script) -> None:
        started = time.monotonic()
        self.parts = deque((started + seconds, data) for seconds, data in script.parts)
        self.ending = script.ending

    @property
    def due(self) -> float:
        """When the next part goes out, by the monotonic clock."""
        return self.parts[0][0]

    def close(self) -> None:
        """Release nothing: a request in the queue would have its body to release."""


class Channel(PatientChannel):
    """A connection that reads strictly, refuses in JSON and hangs up politely.

    Closing a socket while the client still sends resets it, and the client may lose the refusal
    it was sent. So after a refusal only our half is closed, and the rest is read and dropped for
    at most ``LINGER_SECONDS`` (RFC 9112, section 9.6).
    """

    task_class = Answer
    error_task_class = Refusal
    parser_class = StrictParser
    logger = log

    server: Listener
    request: StrictParser | None
    requests: list[StrictParser | Held]  # type: ignore[assignment]  # types-waitress says Sequence
    requests_lock: threading.Lock
    refused = False
    lingering = False
    hanging = False
    recorded: list[bytes] | None = None

    def is_idle(self) -> bool:
        """Return whether no request, as far as its head says, and no answer is on its way."""
        begun = self.request is not None and self.request.headers_finished
        return not begun and not self.is_busy()

    def is_busy(self) -> bool:
        """Return whether a whole request waits for its answer, or an answer for its last byte."""
        return bool(
            self.requests or self.total_outbufs_len or self.close_when_flushed or self.lingering
        )

    def is_abandoned(self) -> bool:
        """Return whether an answer waits for its time, and its client has not."""
        return self.held() is not None and self.check_client_disconnected()

    def check_client_disconnected(self) -> bool:  # type: ignore[override]  # types-waitress says None
        """Return whether the client has left, or says no more; from any thread.

        Waitress would know it from reading on while a request is answered, and then hang up: on
        those, too, who said that they have asked for all they want, and still read.
        """
        connection = self.socket
        try:
            return connection is None or connection.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def takes_no_more(self) -> bool:
        """Return whether the answer being written is this connection's last."""
        return self.server.draining and self.request is None and len(self.requests) == 1

    @property
    def rests(self) -> bool:
        """Whether nothing is to be done but to wait for what the client says."""
        return not (
            self.requests or self.total_outbufs_len or self.will_close or self.close_when_flushed
        )

    @property
    def sleeps(self) -> bool:
        """Whether nothing is to be done before an answer's time has come."""
        return self.held() is not None

    def received(self, data: bytes) -> bool:
        """Take the next bytes: answer them at once where that can be, else let waitress work."""
        return self._answered_at_once(data) or super().received(data)

    def handle_read(self) -> None:
        """Take what the client sent, or drop it where nobody will answer."""
        if not (self.lingering or self.hanging):
            super().handle_read()
            return
        with contextlib.suppress(OSError):
            self.recv(self.adj.recv_bytes)

    def write_soon(self, data: bytes) -> int:
        """Send `data`, or keep it while an answer is recorded to be sent later."""
        if self.recorded is None:
            return super().write_soon(data)
        self.recorded.append(data)
        return len(data)

    def hold(self, script: Script) -> None:
        """Let an answer wait behind its request, which is done and about to leave the queue."""
        with self.requests_lock:
            self.requests.insert(1, Held(script))

    def held(self) -> Held | None:
        """Return the answer that is next, if one waits for its time."""
        first = self.requests[0] if self.requests else None
        return first if isinstance(first, Held) else None

    def send_held(self, now: float) -> None:
        """Send what is due of the answer that waits, and after its last part come to its end."""
        held = self.held()
        while held and held.parts and held.due <= now:
            self._send(held.parts.popleft()[1])
        if held and held.parts:
            self.server.wake_at(held.due, self)
        elif held:
            self._end(held.ending)

    def handle_close(self) -> None:
        """Hang up: at once, or after a refusal in two steps."""
        if self.refused and not self.lingering and self._close_our_half():
            return
        super().handle_close()

    def _answered_at_once(self, data: bytes) -> bool:
        """Answer the one plain request that `data` is, if the application will not wait."""
        if self.server.draining or self.request is not None or self.is_busy():
            return False
        plain = self.server.plain.read(data)
        if plain is None or len(plain[1]) >= self.adj.max_request_body_size:
            return False
        head, body = plain
        given = {HEAD: head, "wsgi.input": BytesIO(body)}
        environment = {**self._surroundings, **head.environ, **given}
        if not self.server.prompt(environment):
            return False
        reply = Reply(self.adj.ident)
        try:
            reply.ask(self.server.application, environment)
        except Exception:  # noqa: BLE001 - whatever it is, it is told, and the loop goes on
            log.exception("the application failed on a request to %s", environment["PATH_INFO"])
            self._fail()
        else:
            self._reply(reply)
        return True

    @cached_property
    def _surroundings(self) -> Mapping[str, Any]:
        server = self.server
        return surroundings(self.addr, server.server_name, server.effective_port, self.adj.ident)

    def _reply(self, reply: Reply) -> None:
        if reply.delivery is not AT_ONCE:
            told = script(reply.delivery, reply.head, reply.body, stays=True)
            self.requests.append(Held(told))
            self.server.add_task(self)
            return
        data = reply.head + reply.body
        try:
            sent = self.send(data)
        except OSError:  # Such as a network that is gone; waitress closes in silence then, too.
            self.handle_close()
            return
        if sent < len(data) and self.connected:  # Its client may be gone, and its buffer with it.
            self._send(data[sent:])

    def _fail(self) -> None:
        """Let a thread refuse the request, as it does when the application failed in one."""
        failed = self.parser_class(self.adj)
        failed.version, failed.error = "1.1", InternalServerError("")
        self.requests.append(failed)
        self.server.add_task(self)

    def _send(self, data: bytes) -> None:
        """Let the loop send `data` on its next turn; unlike `write_soon`, never wait for room."""
        with self.outbuf_lock:
            self.outbufs[-1].append(data)
            self.current_outbuf_count += len(data)
            self.total_outbufs_len += len(data)

    def _end(self, ending: Ending) -> None:
        if ending is Ending.STAY:
            self._go_on()
            return
        with self.requests_lock:
            self.requests, self.request = [], None
        self.hanging = ending is Ending.HANG
        self.close_when_flushed = ending is Ending.CLOSE
        if ending is Ending.RESET and self.socket is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self.handle_close()

    def _go_on(self) -> None:
        """Turn to the next request, as waitress does after an answer of its own."""
        with self.requests_lock:
            self.requests.pop(0)
            if self.requests:
                self.server.add_task(self)
            elif self._expects_to_continue(self.request):
                self.send_continue()

    def _expects_to_continue(self, request: StrictParser | None) -> bool:
        waits = request is not None and request.headers_finished and request.expect_continue
        return waits and not self.sent_continue

    def _close_our_half(self) -> bool:
        if self.socket is None:
            return False
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        self.lingering = True
        self.will_close = self.close_when_flushed = False
        self.cut_off_at = time.monotonic() + LINGER_SECONDS
        return True
