"""WSGI applications and other blocking calls, run in a bounded number of threads."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from io import BytesIO
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from leadway_mock.http.delivery import IS_CANCELLED
from leadway_mock.http.messages import Request
from leadway_mock.http_server.responses import SERVER_NAME, RawResponse

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Environ = dict[str, Any]
Task = Callable[[], None]

_WITHOUT_BODY = ("204", "304")
_UNPREFIXED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class ThreadPool:
    """Daemon threads that run tasks in the order of arrival.

    Unlike those of `concurrent.futures`, they do not keep the process from ending.
    """

    def __init__(self, size: int) -> None:
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name=f"leadway-mock-{number}", daemon=True)
            for number in range(1, size + 1)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, task: Task) -> None:
        """Run `task`, which must not raise, in the next free thread."""
        self._tasks.put(task)

    def close(self, timeout: float) -> None:
        """Let the threads end when all tasks are done; wait for each at most `timeout` seconds."""
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join(timeout)

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()


def wsgi_environ(
    request: Request,
    client: tuple[str, int] | None,
    server: tuple[str, int | None] | None,
    is_cancelled: Callable[[], bool],
) -> Environ:
    """Return the WSGI environment of a request between two addresses."""
    client_host, client_port = client or ("", "")
    server_host, server_port = server or ("", None)
    environ: Environ = {
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
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        IS_CANCELLED: is_cancelled,
    }
    for name, value in request.headers.items():
        if name != "content-length":
            environ[_UNPREFIXED.get(name) or "HTTP_" + name.upper().replace("-", "_")] = value
    return environ


def call_wsgi(application: WSGIApplication, environ: Environ) -> RawResponse:
    """Call a WSGI application and return its whole response."""
    response = RawResponse("", [], b"")

    def start_response(
        status: str,
        headers: list[tuple[str, str]],
        exc_info: object = None,  # noqa: ARG001 - part of WSGI's signature; nothing is sent before
    ) -> Callable[[bytes], object]:
        response.status, response.headers = status, headers
        return written.append

    written: list[bytes] = []
    parts = application(environ, start_response)
    try:
        written.extend(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    response.body = b"".join(written)
    if not response.status.startswith(_WITHOUT_BODY) and not _has_length(response):
        response.headers = [*response.headers, ("Content-Length", str(len(response.body)))]
    return response


def _has_length(response: RawResponse) -> bool:
    return any(name.lower() == "content-length" for name, _ in response.headers)
