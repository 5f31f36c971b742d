"""A thinner door, around Flask: what is sent to the platform goes to the emulator without a detour.

It takes the requests that callers of the platform send, and leaves everything else to Flask, whose
door gives the same answers, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from flask import Flask

from leadway_mock.app.door import delivered, is_control, status_line
from leadway_mock.app.shield import allowed_host
from leadway_mock.delivery import HEAD
from leadway_mock.emulator import Emulator
from leadway_mock.messages import Answer, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

Environment = dict[str, Any]

THIN_DOOR: Final = "leadway_mock.thin_door"
"""The key among an application's extensions under which its thin door is."""

TAKEN: Final = "leadway_mock.taken"
"""The key in a WSGI environment of what was said of the request already."""

MOST_KNOWN: Final = 1_024
MOST_SEEN: Final = 16_384
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
        self._known: dict[bytes, Request] = {}  # by their heads; their bodies are others'
        self._seen: set[int] = set()  # what stands for the heads that came once
        settings = emulator.settings
        self._allowed = lru_cache(MOST_KNOWN)(
            lambda host: allowed_host(host, settings.host, settings.allow_host)
        )

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or let Flask do it."""
        if not (environ.pop(TAKEN, False) or self.takes(environ)):
            return self._inner(environ, start_response)
        self._look()
        request = self._read(environ)
        answer = delivered(self._emulator.answer(request), environ)
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
        return environ.get(HEAD) in self._known or self._takes(environ)

    def _read(self, environ: Mapping[str, Any]) -> Request:
        """Return a request; one with a head that came before has that one's memory."""
        head = environ.get(HEAD)
        known = self._known.get(head) if head else None
        if known is None:
            request = read_request(environ)
            if head:
                self._remember(head, request)
            return request
        body = environ["wsgi.input"].read()
        return Request("POST", known.path, known.query, known.headers, body, known.memory)

    def _remember(self, head: bytes, request: Request) -> None:
        """Remember a head the second time it comes: many never come again."""
        sign = hash(head)
        if len(self._known) >= MOST_KNOWN or len(self._seen) >= MOST_SEEN:
            self._known.clear()
            self._seen.clear()
        if sign in self._seen:
            self._known[head] = replace(request, body=b"")
        else:
            self._seen.add(sign)

    def _takes(self, environ: Mapping[str, Any]) -> bool:
        path, length = environ["PATH_INFO"], environ.get("CONTENT_LENGTH", "")
        return (
            environ["REQUEST_METHOD"] == "POST"
            and path.isascii()
            and not path.startswith("//")
            and not is_control(path)
            and length.isdecimal()
            and int(length) <= self._emulator.settings.max_body_bytes
            and "HTTP_TRANSFER_ENCODING" not in environ
            and self._allowed(environ.get("HTTP_HOST"))
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


@lru_cache(MOST_KNOWN)
def _header(key: str) -> str | None:
    """Return the name of the header that is under `key` in a WSGI environment, if one is."""
    if key.startswith("HTTP_") and key.removeprefix("HTTP_") not in _UNPREFIXED:
        return key.removeprefix("HTTP_").replace("_", "-").lower()
    return _UNPREFIXED.get(key)


def _headers(answer: Answer, length: int) -> list[tuple[str, str]]:
    return [
        *answer.headers.items(),
        ("Content-Type", answer.media_type),
        ("Content-Length", str(length)),
        ("X-Content-Type-Options", "nosniff"),
    ]
