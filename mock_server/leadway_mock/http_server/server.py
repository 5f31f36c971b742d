"""Starts and stops the HTTP server."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from socket import AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, SO_REUSEADDR, SOL_SOCKET, socket
from typing import TYPE_CHECKING, Self

import uvicorn

from leadway_mock.http_server.dispatcher import Dispatcher, Platform
from leadway_mock.http_server.listener import BACKLOG, Acceptor, bind, url_of
from leadway_mock.http_server.protocol import HttpProtocol

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MAX_BODY = 1_048_576

_POLL_SECONDS = 0.02
_TICKS_BETWEEN_CHECKS = 10
"""uvicorn ticks ten times a second."""


class Server(uvicorn.Server):
    """An HTTP server on one address, listening from the moment it is made.

    It is uvicorn's with our acceptor, our protocol class in place of ASGI, and an end after which
    no connection is open. Call ``run`` to serve until ``stop``, or use it as a context manager to
    serve in a thread::

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
        tls: context of TLS connections, which the port takes beside plain HTTP.
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
        tls: ssl.SSLContext | None = None,
        listen_socket: socket | None = None,
    ) -> None:
        self._is_shared = listen_socket is not None
        self._socket = listen_socket or bind(host, port)
        self._tls = tls
        self.url = url_of(self._socket, "https" if tls else "http")
        """The base URL, such as ``http://127.0.0.1:4010``, with the port that was taken."""

        self._dispatcher = Dispatcher(wsgi_app, platform, threads, max_body, tls)
        if not self._is_shared:
            self._dispatcher.refuse_connections = self.refuse_connections
        self._listens_again: asyncio.TimerHandle | None = None
        self._is_refusing = False
        self._grace = grace
        self._is_running = False
        self._thread: threading.Thread | None = None
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
        super().__init__(config)

    @property
    def connections(self) -> list[HttpProtocol]:
        """The open connections."""
        return list(self.server_state.connections)  # type: ignore[arg-type]  # uvicorn's protocols

    def run(self, sockets: list[socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's
        """Serve until ``stop`` is called, then finish what is under way and close everything.

        Installs no signal handler. Returns at once when the server was stopped before.
        """
        self._is_running = True
        try:
            if not self.should_exit:
                super().run()
        finally:
            self._socket.close()
            self._dispatcher.close()

    def stop(self) -> None:
        """Make the server stop, and return at once; ``run`` returns when all is finished.

        New connections are refused, idle ones closed, and responses under way completed, for at
        most ``grace`` seconds. Safe to call from any thread, from a signal handler, and twice.
        """
        self.should_exit = True
        if not self._is_running:
            self._socket.close()

    @contextlib.contextmanager
    def refusing_connections(self) -> Iterator[None]:
        """Refuse new connections and abort the open ones until the end of the block.

        The port stays taken, but no socket listens. Call it from another thread than the server's.
        """
        self._in_loop(self._refuse)
        try:
            yield
        finally:
            if not self.should_exit:
                self._in_loop(self._accept_again)

    def refuse_connections(self, connection: HttpProtocol, seconds: float) -> None:
        """Refuse new connections for some seconds, and abort the open ones except `connection`.

        That one is closed after its response. Call it from another thread than the server's.
        """

        def refuse() -> None:
            self._refuse(connection)
            call_later = asyncio.get_running_loop().call_later
            self._listens_again = call_later(seconds, self._accept_again)

        self._in_loop(refuse)

    def _in_loop(self, function: Callable[[], None]) -> None:
        """Run a function in the event loop of the server, and wait for its end."""

        async def call() -> None:
            function()

        while not self.started:
            time.sleep(_POLL_SECONDS)
        asyncio.run_coroutine_threadsafe(call(), self._acceptor.loop).result()

    def _refuse(self, spared: HttpProtocol | None = None) -> None:
        """Stop listening, and close all connections but one, which may send its response."""
        if self._listens_again is not None:
            self._listens_again.cancel()
        if not self._is_refusing:
            self._is_refusing = True
            self._take_port_again()
        for connection in self.connections:
            if connection is spared:
                connection.shutdown()
            else:
                connection.transport.abort()

    def _take_port_again(self) -> None:
        """Close the listening socket, and bind its port so that no other process listens there."""
        address, family = self._socket.getsockname(), self._socket.family
        self._acceptor.close()
        self._socket = socket(family)
        if family == AF_INET6:
            self._socket.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 1)  # As `create_server` does.
        self._socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        self._socket.bind(address)

    def _accept_again(self) -> None:
        if self._is_refusing and not self.should_exit:
            self._is_refusing = False
            self._socket.listen(BACKLOG)
            self._accept()

    async def startup(self, sockets: list[socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's
        """Accept connections."""
        self._accept()
        self.started = True

    def _accept(self) -> None:
        self._acceptor = Acceptor(
            self._socket,
            partial(HttpProtocol, self.config, self.server_state, {}),
            self.server_state.connections,  # type: ignore[arg-type]  # as above
            tls=self._tls,
            shared=self._is_shared,
        )

    async def on_tick(self, counter: int) -> bool:
        """Close connections that have been idle for too long; return whether to stop."""
        if counter % _TICKS_BETWEEN_CHECKS == 0:
            now = asyncio.get_running_loop().time()
            for connection in self.connections:
                connection.close_if_overdue(now)
        return self.should_exit

    async def shutdown(self, sockets: list[socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's
        """Finish the requests under way within the grace period, then close every connection."""
        now = asyncio.get_running_loop().time
        ends = now() + self._grace
        self._acceptor.close()
        await asyncio.sleep(0)  # So that what was accepted last is connected.
        await asyncio.sleep(0)
        for connection in self.connections:
            connection.shutdown()
        while self.connections and now() < ends:  # noqa: ASYNC110 - uvicorn's set
            await asyncio.sleep(_POLL_SECONDS)
        for connection in self.connections:
            connection.transport.abort()
        await asyncio.sleep(0)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program that runs the server."""
        yield

    def __enter__(self) -> Self:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="leadway-mock", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and wait until everything is closed."""
        self.stop()
        if self._thread is not None:
            self._thread.join()
