"""A thinner door, around Flask: what is sent to the platform goes to the emulator without a detour.

It takes the requests that callers of the platform send, and leaves everything else to Flask, whose
door gives the same answers, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from flask import Flask

from leadway_mock.http.delivery import HEAD, Head
from leadway_mock.http.messages import Request, Response
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.util.cache import memoize
from leadway_mock.web.door import delivered, is_control, status_line
from leadway_mock.web.host_check import allowed_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

Environment = dict[str, Any]

THIN_DOOR: Final = "leadway_mock.thin_door"
"""The key among an application's extensions under which its thin door is."""

TAKEN: Final = "leadway_mock.taken"
"""The key in a WSGI environment of what was said of the request already."""

READ: Final = "leadway_mock.read"
"""The key in a head's notes of what the door read from it: a request without a body."""

MOST_KNOWN: Final = 1_024
LONGEST_NAME: Final = 200
"""How many names of hosts and headers are remembered, of those that are no longer."""

_UNPREFIXED: Final = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}


def mount_thin_door(app: Flask, emulator: Emulator, look: Callable[[], None]) -> None:
    """Put a thin door before `app`, the way Flask documents; `look` is called on each entrance."""
    door = ThinDoor(app.wsgi_app, emulator, look)
    app.extensions[THIN_DOOR] = door
    app.wsgi_app = door  # type: ignore[method-assign]  # Flask's documented way


class ThinDoor:
    """A WSGI application around another one; see Flask's own word on wrapping `wsgi_app`."""

    def __init__(
        self, inner: WSGIApplication, emulator: Emulator, look: Callable[[], None]
    ) -> None:
        """Stand before `inner`; `look` is called before each request that is answered here."""
        self._inner = inner
        self._emulator = emulator
        self._look = look
        self._decided: dict[tuple[str | None, ...], dict[str, Any]] = {}  # by what decides
        settings = emulator.settings

        @memoize(MOST_KNOWN, LONGEST_NAME)
        def allowed(host: str) -> bool:
            return allowed_host(host, settings.host, settings.allow_host)

        self._allowed = allowed

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or let Flask do it."""
        if not (environ.pop(TAKEN, False) or self.takes(environ)):
            return self._inner(environ, start_response)
        self._look()
        request = self._read(environ)
        answer = delivered(self._emulator.handle(request), environ)
        body = answer.body
        start_response(status_line(answer.status), _headers(answer, len(body)))
        return [body]

    def is_prompt(self, environ: Environment) -> bool:
        """Tell whether a request is answered here, and without waiting for any store."""
        taken = self._emulator.is_prompt and self.takes(environ)
        environ[TAKEN] = taken  # So that it is not asked again.
        return taken

    def takes(self, environ: Mapping[str, Any]) -> bool:
        """Tell whether a request is one of those that are answered here."""
        head: Head | None = environ.get(HEAD)
        return (head is not None and READ in head.notes) or self._takes(environ)

    def _read(self, environ: Mapping[str, Any]) -> Request:
        """Return a request; of a head that came before, and was taken, all is known already."""
        head: Head | None = environ.get(HEAD)
        if head is None:
            return read_request(environ)
        path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
        return Request("POST", path, query, head.headers, environ["wsgi.input"].read())

    def _takes(self, environ: Mapping[str, Any]) -> bool:
        path, length = environ["PATH_INFO"], environ.get("CONTENT_LENGTH", "")
        return (
            environ["REQUEST_METHOD"] == "POST"
            and path.isascii()
            and path[:1] == "/" != path[1:2]  # Else Flask may take it for the control API's.
            and not is_control(path)
            and length.isdecimal()
            and int(length) <= self._emulator.settings.max_body_bytes
            and "HTTP_TRANSFER_ENCODING" not in environ
            and self._allowed(environ.get("HTTP_HOST", ""))
        )


def read_request(environ: Mapping[str, Any]) -> Request:
    """Return the emulator's view of a WSGI request."""
    return Request(
        method="POST",
        path=environ["PATH_INFO"],
        query=environ["QUERY_STRING"],
        headers={
            name: value
            for key, value in environ.items()
            if (name := _header(key)) and (value or key not in _UNPREFIXED)
        },
        body=environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])),
    )


@memoize(MOST_KNOWN, LONGEST_NAME)
def _header(key: str) -> str | None:
    """Return the name of the header that is under `key` in a WSGI environment, if one is."""
    if key.startswith("HTTP_") and key.removeprefix("HTTP_") not in _UNPREFIXED:
        return key.removeprefix("HTTP_").replace("_", "-").lower()
    return _UNPREFIXED.get(key)


def _headers(answer: Response, length: int) -> list[tuple[str, str]]:
    return [
        *answer.headers.items(),
        ("Content-Type", answer.media_type),
        ("Content-Length", str(length)),
        ("X-Content-Type-Options", "nosniff"),
    ]
