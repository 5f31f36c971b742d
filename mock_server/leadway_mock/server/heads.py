"""Heads of requests that the loop may answer by itself: plain ones, read once if they come again.

Whatever is not plain is left to waitress and its threads, so this reads less than HTTP allows, and
never more.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

from leadway_mock.http.delivery import Head
from leadway_mock.util.cache import MAX_KEY_CHARS, memoize

LONGEST_HEAD: Final = 4_000
MOST_LINES: Final = 64
"""How many lines of headers a plain head has at most."""

MOST_KNOWN: Final = 1_024
"""How many lines a server remembers as they were read: a client repeats most of its own."""

LONGEST_NAME: Final = 200
"""How long the name of a header is, at most, that is remembered by itself."""

MOST_KNOWN_HEADS: Final = 1_024
"""How many whole heads a server remembers: many clients repeat all of it."""

_TARGET: Final = re.compile(rb"POST (/(?!/)[!$&-;=@-Z_a-z~*]*)(?:\?([!-\"$-~]*))? HTTP/1\.1")
_NAME: Final = re.compile(rb"[A-Za-z][A-Za-z0-9-]*")
_LEFT_TO_WAITRESS: Final = frozenset(
    {"HTTP_CONNECTION", "HTTP_EXPECT", "HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE"}
)
_UNPREFIXED: Final = frozenset({"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"})

Known = TypeVar("Known")
Target = tuple[str, str]
"""A path and a query."""

Header = tuple[str, str, str]
"""What WSGI calls it, what HTTP calls it (in lower case), and its value."""


class PlainReader:
    """Reads plain requests of one server."""

    def __init__(self) -> None:
        self._heads: dict[bytes, Head] = {}
        self._targets: dict[bytes, Target] = {}  # by their lines, as the others
        self._headers: dict[bytes, Header] = {}

    def read(self, data: bytes) -> tuple[Head, bytes] | None:
        """Return the one whole request that `data` is, or None: its head and its body.

        None says nothing against the request: somebody else has to look at it.
        """
        text, end, body = data.partition(b"\r\n\r\n")
        if not end or len(text) > LONGEST_HEAD:
            return None
        head = self._heads.get(text) or self._read(text)
        if head is None or head.length != str(len(body)):
            return None
        return head, body

    def _read(self, text: bytes) -> Head | None:
        """Read a head; remember it if all its lines came before: then it may come again itself."""
        first, *lines = text.split(b"\r\n")
        target = self._targets.get(first)
        lasts = target is not None
        target = target or self._target(first)
        if target is None or len(lines) > MOST_LINES:
            return None
        environ: dict[str, Any] = {"PATH_INFO": target[0], "QUERY_STRING": target[1]}
        headers: dict[str, str] = {}
        for line in lines:
            header = self._headers.get(line)
            if header is None:
                header, lasts = self._header(line), False
            if header is None or header[0] in environ:
                return None
            environ[header[0]] = header[2]
            if header[2] or header[0] not in _UNPREFIXED:  # WSGI has these two empty if they lack.
                headers[header[1]] = header[2]
        host = headers.get("host")
        if not host or "," in host:
            return None
        head = Head(environ, headers, headers.get("content-length", ""), lasts)
        if lasts:
            _keep(self._heads, MOST_KNOWN_HEADS, text, head)
        return head

    def _target(self, line: bytes) -> Target | None:
        target = _target(line)
        if target is not None and len(line) <= MAX_KEY_CHARS:
            _keep(self._targets, MOST_KNOWN, line, target)
        return target

    def _header(self, line: bytes) -> Header | None:
        header = _header(line)
        if header is not None and len(line) <= MAX_KEY_CHARS:
            _keep(self._headers, MOST_KNOWN, line, header)
        return header


def _keep(known: dict[bytes, Known], most: int, text: bytes, found: Known) -> None:
    """Keep what was read of a text; what fits no more makes all the rest be read again."""
    if len(known) >= most:
        known.clear()
    known[text] = found


def _target(line: bytes) -> Target | None:
    match = _TARGET.fullmatch(line)
    return (match[1].decode(), (match[2] or b"").decode()) if match else None


def _header(line: bytes) -> Header | None:
    name, colon, rest = line.partition(b":")
    names = _names(name)
    value = rest.strip(b" ").decode("latin-1")
    if names is None or not colon or not (value.isascii() and value.isprintable()):
        return None
    if names[0] in _LEFT_TO_WAITRESS and (names[1], value.lower()) != ("connection", "keep-alive"):
        return None
    return *names, value


@memoize(MOST_KNOWN, LONGEST_NAME)
def _names(name: bytes) -> tuple[str, str] | None:
    """Return what WSGI and what HTTP calls a header, in lower case."""
    if not _NAME.fullmatch(name):
        return None
    text = name.decode()
    key = "HTTP_" + text.upper().replace("-", "_")
    return key.removeprefix("HTTP_") if key in _UNPREFIXED else key, text.lower()
