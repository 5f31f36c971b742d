"""Serving a WSGI application, and stopping without dropping what is in flight."""

import threading
import time
from typing import TYPE_CHECKING, Self

from leadway_mock.server.binding import bind, url_of
from leadway_mock.server.listener import Listener
from leadway_mock.server.prompt import Prompt, never

if TYPE_CHECKING:
    from socket import socket
    from types import TracebackType

    from _typeshed.wsgi import WSGIApplication

MAX_BODY = 1_048_576

# A request that was on its way when the server was told to stop has arrived after this time.
_QUIET_SECONDS = 0.1
_TURN_SECONDS = 1.0
_THREADS_END_SECONDS = 1


class Server:
    """A WSGI application on one address, listening from the moment it is made.

    Call ``run`` to serve until ``stop``, or use it as a context manager to serve in a thread::

        with Server(app) as server:
            httpx.get(server.url + "/__mock/health")

    Args:
        wsgi_app: the application.
        host: an IP address, or a name that means one.
        port: 0 takes any free port.
        threads: how many requests are worked on at once.
        max_body: bytes a request's body may have; a longer one gets 413 and is not kept.
        grace: seconds that requests in flight get to finish after ``stop``.
        prompt: tells by its WSGI environment whether a request is answered without waiting for
            anything; such requests need no thread.
        listening: a socket that listens already, in the place of ``host`` and ``port``. Other
            processes may accept on it as well; the server closes its own copy of it.

    Raises:
        ServerError: nothing can listen there; the text says what to do.
    """

    def __init__(  # noqa: PLR0913 - each is a setting with a default
        self,
        wsgi_app: "WSGIApplication",
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        threads: int = 8,
        max_body: int = MAX_BODY,
        grace: float = 10.0,
        prompt: Prompt = never,
        listening: "socket | None" = None,
    ) -> None:
        shared = listening is not None
        listening = listening or bind(host, port)
        self.url = url_of(listening)
        """The base URL, such as ``http://127.0.0.1:4010``, with the port that was taken."""
        self._listener = Listener(wsgi_app, listening, max_body, prompt, shared=shared)
        self._threads = threads
        self._grace = grace
        self._state = threading.RLock()
        self._running = self._stopping = self._closed = False
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Serve until ``stop`` is called, then finish what is in flight and close everything.

        Installs no signal handler. Returns at once when the server was stopped before.
        """
        with self._state:
            if self._closed:
                return
            self._running = True
        try:
            self._listener.task_dispatcher.set_thread_count(self._threads)
            while not self._stopping:
                self._listener.turn(_TURN_SECONDS)
            self._drain()
        finally:
            self._close()

    def stop(self) -> None:
        """Ask the server to stop, and return at once; ``run`` returns when all is finished.

        New connections are refused, idle ones closed, and answers in flight are sent whole, for
        at most ``grace`` seconds. Safe to call from any thread, from a signal handler, and twice.
        """
        with self._state:
            self._stopping = True
            if self._running:
                self._listener.pull_trigger()
            else:
                self._close()

    def __enter__(self) -> Self:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="leadway-mock", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        """Stop, and wait until everything is closed."""
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def _drain(self) -> None:
        started = time.monotonic()
        self._listener.drain()
        while self._listener.active_channels and time.monotonic() < started + self._grace:
            self._listener.turn(_QUIET_SECONDS)
            self._listener.maintenance(time.monotonic())
            if time.monotonic() >= started + _QUIET_SECONDS:
                self._listener.close_idle(_QUIET_SECONDS)

    def _close(self) -> None:
        with self._state:
            if self._closed:
                return
            self._closed = True
        self._listener.close()
        self._listener.task_dispatcher.shutdown(timeout=_THREADS_END_SECONDS)
