"""Passes requests to the platform or the WSGI application, in the event loop or in a thread.

WSGI is called here, since a2wsgi needs ASGI, which the protocol class leaves out to save time.
"""

from __future__ import annotations

import contextlib
import logging
import math
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from queue import SimpleQueue
from ssl import SSLContext
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from werkzeug.test import run_wsgi_app

from leadway_mock.http.delivery import IS_CANCELLED, REFUSE_CONNECTIONS
from leadway_mock.http.messages import Request, Response
from leadway_mock.http_server.responses import (
    SERVER_NAME,
    RawResponse,
    error_response,
    from_response,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from leadway_mock.http_server.protocol import HttpProtocol

log = logging.getLogger(__name__)

MAX_LOGGED_PATH = 200

CHUNKS_BYTES = 65_536
"""What the chunks of a short body may have beside as many bytes again for their headers."""

PLATFORM_IN_USE_SECONDS = 0.05
WSGI_SHARE = 1 / 12
"""Share of the time for calls of the WSGI application, while the platform is used, too.

The platform loses about three times as much, since a thread that ends its turn slows the loop.
"""

MAX_WSGI_DELAY_SECONDS = 2.0

READING_SHARE = 1 / 10
"""Share of the time for long bodies and for what is read and dropped, of all connections."""

SECONDS_PER_BYTE = 5e-10
"""Processor time of receiving a byte, roughly."""

_THREADS_END_SECONDS = 1.0
_WITHOUT_BODY = ("204", "304")
_UNPREFIXED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class Platform(Protocol):
    """Responds to requests without WSGI."""

    def takes(self, path: str) -> bool:
        """Return whether requests to `path` are for it, and not for the WSGI application."""

    def max_body(self, path: str) -> int:
        """Return the limit of a body; of a longer one, only one byte more is read."""

    def respond_at_once(self, request: Request) -> Response | None:
        """Return the response, or None where that would block. Called in the event loop."""

    def respond(self, request: Request) -> Response:
        """Return the response. Called in a thread."""


Task: TypeAlias = "tuple[Callable[[Request, HttpProtocol], RawResponse], Request, HttpProtocol]"


class WSGIPace:
    """Delays calls of the WSGI application that would take time from requests to the platform.

    While these arrive, overlapping calls begin so far apart that they use `WSGI_SHARE` of the time.
    """

    def __init__(self) -> None:
        self.platform_used_at = -math.inf
        self._cost = 0.0
        self._next_at = 0.0
        self._unfinished = 0
        self._lock = threading.Lock()

    def begin(self, now: float) -> float:
        """Return the seconds after which a call may begin."""
        with self._lock:
            self._unfinished += 1
        begin = now
        if self._unfinished > 1 and now - self.platform_used_at < PLATFORM_IN_USE_SECONDS:
            begin = min(max(now, self._next_at), now + MAX_WSGI_DELAY_SECONDS)
        self._next_at = begin + self._cost / WSGI_SHARE
        return begin - now

    def end(self, cost: float) -> None:
        """Take the seconds of processor time of a call; the next one will cost as much."""
        with self._lock:
            self._unfinished -= 1
        self._cost = cost


class Dispatcher:
    """Has connections respond to their requests, at once or later.

    The threads are daemons, unlike those of `concurrent.futures`: one that is blocked does not keep
    the process from ending.
    """

    def __init__(
        self,
        wsgi_app: WSGIApplication,
        platform: Platform | None,
        threads: int,
        max_body: int,
        tls: SSLContext | None = None,
    ) -> None:
        self.max_body = max_body
        self.tls = tls
        """Context for the tunnels of `CONNECT`; without it, there are none."""

        self.refuse_connections: Callable[[HttpProtocol, float], None] | None = None
        """Refuses all connections but one for so many seconds, if the server can do that."""

        self._wsgi_app = wsgi_app
        self._platform = platform
        self._pace = WSGIPace()
        self._next_reading_at = 0.0
        self._size = threads
        self._threads: list[threading.Thread] = []
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()

    def body_limits(self, path: str) -> tuple[int, int]:
        """Return how many bytes of a body are passed on, and how many its chunks may have."""
        platform = self._platform
        if platform is None or not platform.takes(path):
            return self.max_body, self.max_body
        limit = platform.max_body(path)
        return limit, min(self.max_body, 2 * limit + CHUNKS_BYTES)

    def reading_pause(self, now: float, cost: float, size: int) -> float:
        """Return the seconds for which a connection is not read from.

        It has sent `size` bytes of a long body, which took `cost` seconds to parse.
        """
        used = (cost + size * SECONDS_PER_BYTE) / READING_SHARE
        self._next_reading_at = max(now, self._next_reading_at) + used
        return self._next_reading_at - now

    def dispatch(self, request: Request, connection: HttpProtocol) -> None:
        """Have `connection` respond to `request`, at once or later."""
        platform = self._platform
        if platform is None or not platform.takes(request.path):
            task = (self._call_wsgi, request, connection)
            if delay := self._pace.begin(time.monotonic()):
                connection.loop.call_later(delay, self._submit, task)
            else:
                self._submit(task)
            return
        self._pace.platform_used_at = time.monotonic()
        try:
            found = platform.respond_at_once(request)
            response = from_response(found) if found is not None else None
        except Exception as error:  # noqa: BLE001 - an application may raise anything
            response = self.report_failure(request, error)
        if response is not None:
            connection.respond(response)
        else:
            self._submit((self._call_platform, request, connection))

    def report_failure(self, request: Request, error: Exception) -> RawResponse:
        """Log that an application failed; return the response."""
        path = request.path[:MAX_LOGGED_PATH]
        log.error("the application failed on a request to %r", path, exc_info=error)
        return error_response(500, "Internal Server Error")

    def close(self) -> None:
        """End the threads when all tasks are done, or after a second with the process."""
        for _ in self._threads:
            self._tasks.put(None)
        ends = time.monotonic() + _THREADS_END_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))

    def _submit(self, task: Task) -> None:
        if not self._threads:
            for number in range(1, self._size + 1):
                name = f"leadway-mock-{number}"
                self._threads.append(threading.Thread(target=self._run, name=name, daemon=True))
                self._threads[-1].start()
        self._tasks.put(task)

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            call, request, connection = task
            try:
                response = call(request, connection)
            except Exception as error:  # noqa: BLE001 - as above
                response = self.report_failure(request, error)
            with contextlib.suppress(RuntimeError):  # The loop is closed after the grace period.
                connection.loop.call_soon_threadsafe(connection.respond_later, response)

    def _call_platform(self, request: Request, _: HttpProtocol) -> RawResponse:
        assert self._platform is not None  # noqa: S101 - for the type checker
        return from_response(self._platform.respond(request))

    def _call_wsgi(self, request: Request, connection: HttpProtocol) -> RawResponse:
        started_at = time.thread_time()
        try:
            environ = wsgi_environ(request, connection)
            if self.refuse_connections is not None:
                environ[REFUSE_CONNECTIONS] = partial(self.refuse_connections, connection)
            parts, status, headers = run_wsgi_app(self._wsgi_app, environ, buffered=True)
        finally:
            self._pace.end(time.thread_time() - started_at)
        body = b"".join(parts)
        if "Content-Length" not in headers and not status.startswith(_WITHOUT_BODY):
            headers["Content-Length"] = str(len(body))
        return RawResponse(status, list(headers), body)


def wsgi_environ(request: Request, connection: HttpProtocol) -> dict[str, Any]:
    """Return the WSGI environment of a request."""
    client_host, client_port = connection.client or ("", "")
    server_host, server_port = connection.server or ("", None)
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path.encode().decode("latin-1"),
        "QUERY_STRING": request.query,
        "CONTENT_LENGTH": str(len(request.body)),
        "REMOTE_ADDR": client_host,
        "REMOTE_PORT": str(client_port),
        "SERVER_NAME": server_host,
        "SERVER_PORT": str(server_port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": SERVER_NAME,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": connection.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        IS_CANCELLED: connection.is_cancelled,
    }
    for name, value in request.headers.items():
        if name != "content-length":
            environ[_UNPREFIXED.get(name) or "HTTP_" + name.upper().replace("-", "_")] = value
    return environ
