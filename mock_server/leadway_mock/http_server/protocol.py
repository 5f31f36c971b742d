"""One client's connection: strict parsing, limits, responses in order, transport faults.

uvicorn's protocol feeds httptools and owns the connection; this class handles each request when it
is complete, without an ASGI task. A connection handles one request at a time. Others that
arrive meanwhile wait in a queue, and reading is paused until it is empty.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
import sys
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from leadway_mock.http.messages import Request
from leadway_mock.http_server.responses import (
    ENDINGS,
    Ending,
    Part,
    RawResponse,
    RequestError,
    error_response,
    parts,
)
from leadway_mock.http_server.tunnel import TLS_HANDSHAKE, open_tunnel
from leadway_mock.util.certificates import VENDOR_HOST

if TYPE_CHECKING:
    from leadway_mock.http_server.dispatcher import Dispatcher

MAX_HEADER_BYTES = 65_536
"""Bytes of request line and headers together."""

IDLE_TIMEOUT_SECONDS = 120.0
"""After this time without a byte from or to the client, its connection is closed."""

LINGER_SECONDS = 2.0
"""How long a client may go on sending after an error response, before it is cut off."""

PIECE_BYTES = 262_144
"""Bytes of a long response that the transport holds at a time."""

UNPACED_BYTES = 65_536
"""Bytes of a body that are read without a pause."""

QUIET_SECONDS = 0.1
"""On stopping, a connection that has been idle for this time is closed: no request is under way."""

_RESET_ON_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
_CHUNK_OVERHEAD = 5
NO_TLS = "This is plain HTTP: use http://, not https://. With --tls, the mock speaks both."
NO_TUNNEL = (
    "This server is no proxy and opens no tunnel. Use its URL as the base URL of the client,"
    " and leave it out of HTTPS_PROXY, or start it with --tls."
)
TUNNEL_TARGET = f"{VENDOR_HOST}:443"
OTHER_TUNNEL = f"This mock opens a tunnel to {TUNNEL_TARGET} only, which ends at the mock itself."
_NOT_IN_TARGET = re.compile(rb"[^!-~]")
_MAX_DETAIL = 200


class Phase(Enum):
    """What a connection expects from its client."""

    REQUEST = auto()
    HEADERS = auto()
    BODY = auto()
    NOTHING = auto()
    """The last response is sent or scheduled; whatever the client sends is dropped."""


@dataclass(slots=True)
class Pending:
    """A complete request, or the error response in its place, in the order of arrival."""

    request: Request
    keep_alive: bool = False
    is_http_1_0: bool = False
    is_cut: bool = False
    """Whether the rest of its body is not read."""
    error: RawResponse | None = None


class _BodyTooLong(Exception):  # noqa: N818 - not an error: the application responds
    """A body is longer than its application reads."""


class HttpProtocol(HttpToolsProtocol):
    """Handles the requests of one connection.

    After an error response, or one to a body that is not read to its end, only our half of the
    connection is closed, and what the client still sends is dropped for at most `LINGER_SECONDS`:
    else the client gets a reset and may lose the response (RFC 9112, section 9.6).
    """

    app: Dispatcher
    phase = Phase.REQUEST
    url = b""
    path = query = ""
    size = raw_size = unsent = 0
    is_chunked = expects_continue = is_draining = has_client_finished = is_lingering = False
    is_hanging = has_progress = is_tunnel = False
    current: Pending | None = None
    rest: tuple[memoryview, Ending] | None = None
    """What is left of a long body, and how it ends."""

    timer: asyncio.TimerHandle | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **named)
        self.headers: list[tuple[bytes, bytes]] = []
        self.fields: dict[str, str] = {}
        self.body = bytearray()
        self.queue: deque[Pending] = deque()
        self.active_at = self.loop.time()
        """When something was last received or sent, by the loop's clock."""

    # Queries by the server

    @property
    def is_busy(self) -> bool:
        """Whether a complete request waits for its response, or a response for its last byte."""
        unsent = self.transport.get_write_buffer_size()
        return bool(self.current or self.queue or unsent or self.is_lingering)

    @property
    def is_abandoned(self) -> bool:
        """Whether a response is delayed, and its client has hung up or sends no more."""
        return self.timer is not None and self.has_client_finished

    def is_cancelled(self) -> bool:
        """Return whether the response is no longer needed; may be called from any thread."""
        return self.is_draining or self.has_client_finished or self.transport.is_closing()

    def close_if_overdue(self, now: float) -> None:
        """Close the connection if its client has neither sent nor read a byte for too long."""
        unsent = self.transport.get_write_buffer_size()
        if unsent != self.unsent:
            self.unsent, self.active_at = unsent, now
        waits_for_us = (self.current or self.queue) and not unsent
        if now - self.active_at > IDLE_TIMEOUT_SECONDS and not waits_for_us:
            self.transport.abort()

    def shutdown(self) -> None:
        """Stop after the requests whose headers have arrived; uvicorn calls this to drain."""
        self.is_draining = True
        if self.is_hanging:
            self.transport.abort()
        self._close_when_quiet()

    # Events of the transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop what was to be sent."""
        super().connection_lost(exc)
        self.phase = Phase.NOTHING
        self.rest = None
        self.queue.clear()
        if self.timer is not None:
            self.timer.cancel()

    def eof_received(self) -> bool:  # type: ignore[override]  # uvicorn says None
        """Keep the connection for responses under way to a client that has sent everything."""
        self.has_client_finished = True
        if self.scheme == "https":  # TLS has no half that stays open.
            return False
        return bool(self.current or self.queue) and not (self.is_lingering or self.is_hanging)

    def resume_writing(self) -> None:
        """Continue with the response, and then with the requests that waited for its end."""
        super().resume_writing()
        self._send_rest()
        self._advance()

    def data_received(self, data: bytes) -> None:
        """Parse the next bytes; requests are handled as they become complete."""
        self.active_at = self.loop.time()
        phase, self.has_progress = self.phase, False
        if phase is Phase.NOTHING:
            self._pace_reading(data)
            return
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self.is_tunnel:
                self._open_tunnel()
                return
            # No protocol to change to: HTTP continues.
            self.parser = httptools.HttpRequestParser(self)
            self.data_received(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            if isinstance(error.__context__, _BodyTooLong):
                self._cut_request()
            elif self.phase is not Phase.NOTHING:
                self._reject(_request_error(error, data, phase))
        else:
            if self.phase in {Phase.HEADERS, Phase.BODY}:
                self._check_unfinished(0 if self.has_progress else len(data))
                if len(self.body) > UNPACED_BYTES:
                    self._pace_reading(data)

    # Events of the parser

    def on_message_begin(self) -> None:
        """Start a request, unless the last response is sent or scheduled."""
        if self.phase is Phase.NOTHING:
            raise RequestError(400, "A request after the last one is not read.")
        self.phase, self.has_progress = Phase.HEADERS, True
        self.url = b""
        self.headers.clear()
        self.fields = {}
        self.body = bytearray()
        self.size = self.raw_size = 0
        self.max_size = MAX_HEADER_BYTES

    def on_url(self, url: bytes) -> None:
        """Take a part of the target."""
        self.url += url
        self.size += len(url)
        if self.size > self.max_size:
            raise self._size_error()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or a trailer, which counts and means nothing."""
        self.size += len(name) + len(value) + 4
        if self.size > self.max_size:
            raise self._size_error()
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Check request line and headers, before any of the body is read."""
        self.phase, self.has_progress, self.size, self.raw_size = Phase.BODY, True, 0, 0
        self._read_headers()
        fields, version = self.fields, self.parser.get_http_version()
        if version not in {"1.0", "1.1"}:
            raise RequestError(400, "Only HTTP/1.0 and HTTP/1.1 are supported.")
        self.is_chunked = "transfer-encoding" in fields
        if self.is_chunked:
            _check_coding(fields, version)
        if not self.url.startswith(b"/"):
            self._read_absolute_target()
        if _NOT_IN_TARGET.search(self.url):
            raise RequestError(400, "The request target contains a byte that must be escaped.")
        path, _, query = self.url.partition(b"#")[0].partition(b"?")
        self.path = (unquote_to_bytes(path) if b"%" in path else path).decode("utf-8", "replace")
        self.query = query.decode("latin-1")
        self.max_size = self.app.max_body
        length = int(fields.get("content-length", 0))
        if length > self.max_size:
            raise self._size_error()
        self.max_body, self.max_size = self.app.body_limits(self.path)
        host = fields.get("host")
        if not host and version == "1.1":
            raise RequestError(400, "The Host header is missing.")
        if host and "," in host:
            raise RequestError(400, "There is more than one Host header.")
        expectation = fields.get("expect")
        self.expects_continue = (
            expectation is not None
            and expectation.lower() == "100-continue"
            and version == "1.1"
            and bool(length or self.is_chunked)
        )

    def on_chunk_header(self) -> None:
        """Count the overhead of a chunk."""
        self.size += _CHUNK_OVERHEAD
        if self.size > self.max_size:
            raise self._size_error()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self.size += len(body)
        if self.size > self.max_size:
            raise self._size_error()
        self.body += body
        if len(self.body) > self.max_body:
            raise _BodyTooLong

    def on_message_complete(self) -> None:
        """Handle the request, or queue it behind the one that is being handled."""
        self.phase = Phase.REQUEST
        if self.is_tunnel:
            return
        request = self._request()
        keep_alive = self.parser.should_keep_alive() and request.method != "CONNECT"
        is_http_1_0 = self.parser.get_http_version() == "1.0"
        self.queue.append(Pending(request, keep_alive, is_http_1_0))
        self._advance()

    def _cut_request(self) -> None:
        """Have a request with a body that is too long handled, as the last one."""
        self.phase = Phase.NOTHING
        del self.body[self.max_body + 1 :]
        self.queue.append(Pending(self._request(), is_cut=True))
        self._advance()

    def _request(self) -> Request:
        self.expects_continue = False
        fields, body = self.fields, bytes(self.body)
        if self.is_chunked:
            del fields["transfer-encoding"]
            fields["content-length"] = str(len(body))
        method = self.parser.get_method().decode("latin-1")
        return Request(method, self.path, self.query, fields, body)

    # Limits

    def _size_error(self) -> RequestError:
        if self.phase is Phase.HEADERS:
            return RequestError(431, f"The headers are too large: at most {self.max_size} bytes.")
        return RequestError(413, f"The request body is too large: at most {self.max_size} bytes.")

    def _check_unfinished(self, size: int) -> None:
        """Limit what the parser has not reported yet: a line or the size of a chunk without end."""
        self.raw_size += size
        is_limited = self.phase is Phase.HEADERS or self.is_chunked
        if is_limited and self.raw_size > self.max_size:
            self._reject(self._size_error())
        else:
            self._invite_body()

    def _read_headers(self) -> None:
        """Read the headers; a name with an underscore is dropped: CGI spells dashes like that."""
        fields = self.fields
        for name, value in self.headers:
            text = name.decode("latin-1").lower()
            if "_" not in text:
                known = fields.get(text)
                content = value.decode("latin-1").rstrip(" \t")
                fields[text] = content if known is None else f"{known}, {content}"

    def _read_absolute_target(self) -> None:
        """Take host and path from a target such as `http://host/path` (RFC 9112, 3.2.2)."""
        scheme, separator, rest = self.url.partition(b"://")
        if not separator:
            if self.parser.get_method() == b"CONNECT":
                self._check_tunnel()
                return
            if self.url != b"*":
                raise RequestError(400, "The request target must start with a slash.")
            return
        if scheme.lower() not in {b"http", b"https"}:
            raise RequestError(400, "The request target must be a path or start with http://.")
        try:
            httptools.parse_url(self.url)
        except httptools.HttpParserError:
            raise RequestError(400, "The request target is not a valid URL.") from None
        authority = re.split(rb"[/?#]", rest, maxsplit=1)[0]
        path = rest[len(authority) :]
        self.url = path if path.startswith(b"/") else b"/" + path
        self.fields["host"] = authority.decode("latin-1")

    def _check_tunnel(self) -> None:
        """Accept a `CONNECT` to the vendor's host, as the only request under way."""
        if self.app.tls is None:
            raise RequestError(501, NO_TUNNEL)
        if self.url.decode("latin-1").lower() != TUNNEL_TARGET or self.current or self.queue:
            raise RequestError(403, OTHER_TUNNEL)
        self.is_tunnel, self.url = True, b"/"

    def _open_tunnel(self) -> None:
        """Hand the connection to a protocol that speaks TLS with the client."""
        assert self.app.tls is not None  # noqa: S101 - checked by `_check_tunnel`
        self.phase = Phase.NOTHING
        self.connections.discard(self)
        self.transport.pause_reading()
        inner = type(self)(self.config, self.server_state, {}, self.loop)
        task = self.loop.create_task(open_tunnel(self.transport, inner, self.app.tls))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    # Responses

    def _advance(self) -> None:
        """Handle queued requests, one after another, until one of them has to wait."""
        while self.queue and self.current is None and not self.flow.write_paused:
            pending = self.current = self.queue.popleft()
            if pending.error is not None:
                self.respond(pending.error)
            else:
                self.app.dispatch(pending.request, self)
        if self.transport.is_closing():
            return
        if self.queue:
            self.flow.pause_reading()
        else:
            self.flow.resume_reading()
            self._invite_body()

    def respond_later(self, response: RawResponse) -> None:
        """Do what `respond` does, from a callback of the loop."""
        self.respond(response)
        self._advance()

    def respond(self, response: RawResponse) -> None:
        """Send the response to the current request, or schedule its parts.

        To be called once for each request, in the event loop, while it is dispatched.
        """
        pending = self.current
        if pending is None or self.transport.is_closing():
            return
        keep_alive = pending.keep_alive and not response.is_error
        if self.is_draining and not self.queue and self.phase is Phase.REQUEST:
            keep_alive = False
        persistence = "Keep-Alive" if pending.is_http_1_0 else ""
        try:
            headers = response.header_bytes(persistence if keep_alive else "close")
        except ValueError as error:
            self.app.report_failure(pending.request, error)
            keep_alive, response = False, error_response(500, "Internal Server Error")
            headers = response.header_bytes("close")
        body = b"" if pending.request.method == "HEAD" else response.body
        end = Ending.STAY if keep_alive else Ending.CLOSE
        if response.is_error or pending.is_cut:
            end = Ending.LINGER
        if response.transport is None and not response.delay:
            if len(body) < PIECE_BYTES:
                self.transport.write(headers + body)
                self._finish(end)
            else:
                self.transport.write(headers)
                self.rest = memoryview(body), end
                self._send_rest()
        else:
            now = self.loop.time()
            due = deque((now + lag, data) for lag, data in parts(response, headers, body))
            self._send_due(due, ENDINGS.get(response.transport, end))

    def _send_rest(self) -> None:
        """Send pieces of a long body until the client has to read, or to its end."""
        while self.rest and not self.flow.write_paused and not self.transport.is_closing():
            body, end = self.rest
            self.active_at = self.loop.time()
            self.transport.write(body[:PIECE_BYTES])
            self.rest = (body[PIECE_BYTES:], end) if len(body) > PIECE_BYTES else None
            if self.rest is None:
                self._finish(end)

    def _send_due(self, due: deque[Part], end: Ending) -> None:
        """Send the parts whose time has come, and continue when the next is due."""
        self.timer = None
        while due and due[0][0] <= self.loop.time():
            self.transport.write(due.popleft()[1])
        if self.transport.is_closing():
            return
        if due:
            self.timer = self.loop.call_at(due[0][0], self._continue, due, end)
        else:
            self._finish(end)

    def _continue(self, due: deque[Part], end: Ending) -> None:
        self._send_due(due, end)
        self._advance()

    def _finish(self, end: Ending) -> None:
        """End a response, and the connection if it was the last one."""
        self.active_at = self.loop.time()
        self.current = None
        if end is Ending.STAY:
            if self.has_client_finished and not self.queue:
                self.transport.close()
            elif self.is_draining:
                self._close_when_quiet()
            return
        self.phase = Phase.NOTHING
        self.queue.clear()
        if end is Ending.HANG:
            self.is_hanging = True
        elif end is Ending.RESET:
            connection: socket.socket = self.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.transport.abort()
        elif end is Ending.LINGER and not self.has_client_finished:
            self._close_our_half()
        else:
            self.transport.close()

    def _pace_reading(self, data: bytes) -> None:
        """Read on when it is this connection's turn among those that send much."""
        now = self.loop.time()
        self.flow.pause_reading()
        pause = self.app.reading_pause(now, now - self.active_at, len(data))
        self.loop.call_later(pause, self._continue_reading)

    def _continue_reading(self) -> None:
        if not self.queue:
            self.flow.resume_reading()

    def _close_our_half(self) -> None:
        self.is_lingering = True
        if self.transport.can_write_eof():  # TLS has no half.
            with contextlib.suppress(OSError):
                self.transport.write_eof()
        self.timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def _close_when_quiet(self) -> None:
        """Close the connection if no request is under way and none was just now."""
        if self.current or self.queue or self.phase in {Phase.BODY, Phase.NOTHING}:
            return
        wait = self.active_at + QUIET_SECONDS - self.loop.time()
        if wait <= 0:
            self.transport.close()
        else:
            self.loop.call_later(wait, self._close_when_quiet)

    def _invite_body(self) -> None:
        """Send `100 Continue` if the client waits for it, after all earlier responses."""
        if self.expects_continue and self.current is None and self.phase is Phase.BODY:
            self.expects_continue = False
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _reject(self, error: RequestError) -> None:
        """Queue an error response as the last one."""
        self.phase = Phase.NOTHING
        method = "HEAD" if self.parser.get_method() == b"HEAD" else ""
        response = error_response(error.status, str(error))
        self.queue.append(Pending(Request(method, ""), error=response))
        self._advance()


def _check_coding(fields: dict[str, str], version: str) -> None:
    codings = [coding.strip().lower() for coding in fields["transfer-encoding"].split(",")]
    if "content-length" in fields or version == "1.0":
        raise RequestError(400, "Transfer-Encoding needs HTTP/1.1 and no Content-Length.")
    if any(coding not in {"", "chunked"} for coding in codings):
        raise RequestError(501, "The only Transfer-Encoding supported is chunked.")
    if codings != ["chunked"]:
        raise RequestError(400, "Transfer-Encoding must be chunked, once.")


def _request_error(error: httptools.HttpParserError, data: bytes, phase: Phase) -> RequestError:
    """Return what is wrong with the bytes that the parser did not accept."""
    cause = error.__context__
    if isinstance(error, httptools.HttpParserCallbackError) and isinstance(cause, RequestError):
        return cause
    if data[:1] == TLS_HANDSHAKE and phase is Phase.REQUEST:
        return RequestError(400, NO_TLS)
    detail = str(error)[:_MAX_DETAIL].rstrip(".")
    if "overflow" in detail and "hunk" in detail:
        return RequestError(413, "The request body is too large.")
    return RequestError(400, f"Bad Request: {detail}.")
