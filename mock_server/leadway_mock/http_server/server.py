"""Starts and stops the HTTP server, and decides where a request is handled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol, Self

import uvicorn

from leadway_mock.http.messages import Request, Response
from leadway_mock.http_server.acceptor import Acceptor
from leadway_mock.http_server.listen_socket import bind, url_of
from leadway_mock.http_server.protocol import HttpProtocol
from leadway_mock.http_server.responses import RawResponse, error_response, from_response
from leadway_mock.http_server.wsgi_bridge import ThreadPool, call_wsgi, wsgi_environ

if TYPE_CHECKING:
    from socket import socket
    from types import TracebackType

    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)

MAX_BODY = 1_048_576
MAX_LOGGED_PATH = 200

_THREADS_END_SECONDS = 1.0
_POLL_SECONDS = 0.02
_TICKS_BETWEEN_CHECKS = 10
"""uvicorn ticks ten times a second."""


class Platform(Protocol):
    """Responds to requests without WSGI."""

    in_loop: bool
    """Whether it never blocks, so that it is called in the event loop and not in a thread."""

    max_body: int
    """A longer body is passed on with one byte more than this, and the rest is dropped."""

    def takes(self, path: str) -> bool:
        """Return whether requests to `path` are for it, and not for the WSGI application."""
        ...

    def respond(self, request: Request) -> Response:
        """Return the response to a request."""
        ...


class Dispatcher:
    """Passes requests to the platform or the WSGI application, in the loop or in a thread."""

    def __init__(
        self, wsgi_app: WSGIApplication, platform: Platform | None, threads: int, max_body: int
    ) -> None:
        self.max_body = max_body
        self._wsgi_app = wsgi_app
        self._platform = platform
        self._threads = threads
        self._pool: ThreadPool | None = None

    def dispatch(self, request: Request, connection: HttpProtocol) -> None:
        """Have `connection` respond to `request`, at once or later."""
        platform = self._platform
        if platform is None or not platform.takes(request.path):
            self._in_thread(request, connection, self._call_wsgi)
        elif platform.in_loop:
            connection.respond(self._guarded(request, connection, self._call_platform))
        else:
            self._in_thread(request, connection, self._call_platform)

    def report_failure(self, request: Request, error: Exception) -> None:
        """Log that an application failed."""
        path = request.path[:MAX_LOGGED_PATH]
        log.error("the application failed on a request to %r", path, exc_info=error)

    def close(self) -> None:
        """End the threads; one that is blocked ends with the process."""
        if self._pool is not None:
            self._pool.close(_THREADS_END_SECONDS)

    def _in_thread(
        self,
        request: Request,
        connection: HttpProtocol,
        call: Callable[[Request, HttpProtocol], RawResponse],
    ) -> None:
        def run() -> None:
            response = self._guarded(request, connection, call)
            with contextlib.suppress(RuntimeError):  # The loop is closed after the grace period.
                connection.loop.call_soon_threadsafe(connection.respond_later, response)

        if self._pool is None:
            self._pool = ThreadPool(self._threads)
        self._pool.submit(run)

    def _guarded(
        self,
        request: Request,
        connection: HttpProtocol,
        call: Callable[[Request, HttpProtocol], RawResponse],
    ) -> RawResponse:
        try:
            return call(request, connection)
        except Exception as error:  # noqa: BLE001 - an application may raise anything
            self.report_failure(request, error)
            return error_response(500, "Internal Server Error")

    def _call_platform(self, request: Request, _: HttpProtocol) -> RawResponse:
        assert self._platform is not None  # noqa: S101 - for the type checker
        request.body = request.body[: self._platform.max_body + 1]
        return from_response(self._platform.respond(request))

    def _call_wsgi(self, request: Request, connection: HttpProtocol) -> RawResponse:
        environ = wsgi_environ(
            request, connection.client, connection.server, connection.is_cancelled
        )
        return call_wsgi(self._wsgi_app, environ)


class _UvicornServer(uvicorn.Server):
    """uvicorn's server with our acceptor, and an end after which no connection is open."""

    def __init__(
        self, config: uvicorn.Config, listen_socket: socket, grace: float, *, shared: bool
    ) -> None:
        super().__init__(config)
        self._listen_socket = listen_socket
        self._grace = grace
        self._shared = shared

    async def startup(self, sockets: list[socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's
        """Accept connections."""
        state = self.server_state
        self.acceptor = Acceptor(
            self._listen_socket,
            self.protocol,
            state.connections,  # type: ignore[arg-type]  # uvicorn says its own protocols
            shared=self._shared,
        )
        self.started = True

    async def on_tick(self, counter: int) -> bool:
        """Close connections that have been idle for too long; return whether to stop."""
        if counter % _TICKS_BETWEEN_CHECKS == 0:
            now = asyncio.get_running_loop().time()
            for connection in self._connections():
                connection.close_if_overdue(now)
        return self.should_exit

    async def shutdown(self, sockets: list[socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's
        """Finish the requests under way within the grace period, then close every connection."""
        now = asyncio.get_running_loop().time
        ends = now() + self._grace
        self.acceptor.close()
        await asyncio.sleep(0)  # So that what was accepted last is connected.
        await asyncio.sleep(0)
        for connection in self._connections():
            connection.shutdown()
        while self.server_state.connections and now() < ends:  # noqa: ASYNC110 - uvicorn's set
            await asyncio.sleep(_POLL_SECONDS)
        for connection in self._connections():
            connection.transport.abort()
        await asyncio.sleep(0)

    def protocol(self, loop: asyncio.AbstractEventLoop | None = None) -> HttpProtocol:
        """Return the protocol of a new connection."""
        return HttpProtocol(self.config, self.server_state, {}, loop)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program that runs the server."""
        yield

    def _connections(self) -> list[HttpProtocol]:
        return list(self.server_state.connections)  # type: ignore[arg-type]  # as above


class Server:
    """An HTTP server on one address, listening from the moment it is made.

    Call ``run`` to serve until ``stop``, or use it as a context manager to serve in a thread::

        with Server(app) as server:
            httpx.get(server.url + "/__mock/health")

    Args:
        wsgi_app: the WSGI application; it is called in threads.
        host: an IP address, or a name that means one.
        port: 0 takes any free port.
        platform: handles the requests that it takes, without the WSGI application.
        threads: how many blocking requests are handled at once.
        max_body: maximum size of a request's body in bytes; a longer one gets 413.
        grace: seconds that requests under way get to finish after ``stop``.
        listen_socket: a listening socket, in place of ``host`` and ``port``. Other processes may
            accept on it as well; the server closes its own copy of it.

    Raises:
        ServerError: nothing can listen there; the text says what to do.
    """

    def __init__(  # noqa: PLR0913 - each is a setting with a default
        self,
        wsgi_app: WSGIApplication,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        platform: Platform | None = None,
        threads: int = 8,
        max_body: int = MAX_BODY,
        grace: float = 10.0,
        listen_socket: socket | None = None,
    ) -> None:
        shared = listen_socket is not None
        self._socket = listen_socket or bind(host, port)
        self.url = url_of(self._socket)
        """The base URL, such as ``http://127.0.0.1:4010``, with the port that was taken."""
        self._dispatcher = Dispatcher(wsgi_app, platform, threads, max_body)
        config = uvicorn.Config(
            self._dispatcher,  # type: ignore[arg-type]  # our protocol calls it, and not by ASGI
            loop="asyncio",
            http=HttpProtocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
        )
        self._uvicorn = _UvicornServer(config, self._socket, grace, shared=shared)
        self._state = threading.RLock()
        self._is_running = False
        self._thread: threading.Thread | None = None

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._uvicorn.server_state.connections)

    def protocol(self, loop: asyncio.AbstractEventLoop) -> HttpProtocol:
        """Return a protocol for a connection that the caller makes by itself."""
        return self._uvicorn.protocol(loop)

    def run(self) -> None:
        """Serve until ``stop`` is called, then finish what is under way and close everything.

        Installs no signal handler. Returns at once when the server was stopped before.
        """
        with self._state:
            if self._uvicorn.should_exit:
                return
            self._is_running = True
        try:
            self._uvicorn.run()
        finally:
            self._socket.close()
            self._dispatcher.close()

    def stop(self) -> None:
        """Make the server stop, and return at once; ``run`` returns when all is finished.

        New connections are refused, idle ones closed, and responses under way sent whole, for at
        most ``grace`` seconds. Safe to call from any thread, from a signal handler, and twice.
        """
        with self._state:
            self._uvicorn.should_exit = True
            if not self._is_running:
                self._socket.close()

    def __enter__(self) -> Self:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="leadway-mock", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and wait until everything is closed."""
        self.stop()
        if self._thread is not None:
            self._thread.join()
