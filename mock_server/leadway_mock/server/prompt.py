"""Requests that the loop answers by itself, without a thread: whole, plain, and soon done.

Whatever is not plain is left to waitress and its threads, so this reads less than HTTP allows, and
never more.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from waitress.utilities import build_http_date

from leadway_mock.delivery import DELIVERY, HEAD, Delivery

Environment = dict[str, Any]
Application = Callable[[Environment, Callable[..., Any]], Any]

LONGEST_KNOWN: Final = 300
MOST_KNOWN: Final = 4_096
"""How many short lines are remembered as they were read: a client repeats most of its headers."""

LONGEST_KNOWN_HEAD: Final = 2_000
MOST_KNOWN_HEADS: Final = 1_024
"""How many whole heads are remembered: many clients repeat all of it."""

_TARGET: Final = re.compile(rb"POST (/(?!/)[!$&-;=@-Z_a-z~*]*)(?:\?([!-\"$-~]*))? HTTP/1\.1")
_HEADER: Final = re.compile(rb"([A-Za-z][A-Za-z0-9-]*): *((?:[!-~](?:[ -~]*[!-~])?)?) *")
_LEFT_TO_WAITRESS: Final = frozenset(
    {"HTTP_CONNECTION", "HTTP_EXPECT", "HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE"}
)
_UNPREFIXED: Final = frozenset({"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"})

Pair = tuple[str, str]
Prompt = Callable[[Environment], bool]
"""Tells of a request whether the application answers it without waiting for anything."""


def never(_: Environment) -> bool:
    """Leave every request to a thread."""
    return False


def read_plain(data: bytes) -> tuple[Mapping[str, Any], bytes] | None:
    """Return the one whole request that `data` is, or None: its head's WSGI names, and its body.

    None says nothing against the request: somebody else has to look at it.
    """
    head, end, body = data.partition(b"\r\n\r\n")
    read = _known_head(head) if len(head) <= LONGEST_KNOWN_HEAD else _head(head)
    if not end or read is None or read.get("CONTENT_LENGTH") != str(len(body)):
        return None
    return read, body


def _head(head: bytes) -> Mapping[str, Any] | None:
    first, *lines = head.split(b"\r\n")
    target = _known_target(first) if len(first) <= LONGEST_KNOWN else _target(first)
    if target is None:
        return None
    found: Environment = {HEAD: head, "PATH_INFO": target[0], "QUERY_STRING": target[1]}
    for line in lines:
        pair = _known_header(line) if len(line) <= LONGEST_KNOWN else _header(line)
        if pair is None or pair[0] in found:
            return None
        found[pair[0]] = pair[1]
    return None if "," in found.get("HTTP_HOST", ",") else found


def _target(line: bytes) -> Pair | None:
    match = _TARGET.fullmatch(line)
    return (match[1].decode(), (match[2] or b"").decode()) if match else None


def _header(line: bytes) -> Pair | None:
    match = _HEADER.fullmatch(line)
    if match is None:
        return None
    name, value = "HTTP_" + match[1].decode().upper().replace("-", "_"), match[2].decode()
    if name in _LEFT_TO_WAITRESS and (name, value.lower()) != ("HTTP_CONNECTION", "keep-alive"):
        return None
    return (name.removeprefix("HTTP_") if name in _UNPREFIXED else name), value


_known_head = lru_cache(MOST_KNOWN_HEADS)(_head)
_known_target = lru_cache(MOST_KNOWN)(_target)
_known_header = lru_cache(MOST_KNOWN)(_header)


@dataclass(slots=True)
class Reply:
    """What an application answers: its head and body as bytes, and how they are delivered."""

    ident: str
    head: bytes = b""
    body: bytes = b""
    delivery: Delivery = field(default_factory=Delivery)

    def ask(self, application: Application, environment: Environment) -> None:
        """Have a request answered, the body at once and as a whole."""
        environment[DELIVERY] = self._deliver
        parts = application(environment, self._start)
        try:
            self.body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()

    def _deliver(self, delivery: Delivery) -> None:
        self.delivery = delivery

    def _start(self, status: str, headers: list[Pair], exc_info: object = None) -> None:  # noqa: ARG002 - WSGI's own signature
        self.head = head(status, headers, self.ident)


def head(status: str, headers: list[Pair], ident: str) -> bytes:
    """Return the status line and the headers, as they are spelled, with what the server adds.

    Raises `ValueError` where one of them would break the line.
    """
    lines = [f"{name}: {value}" for name, value in headers]
    text = "\r\n".join(
        (f"HTTP/1.1 {status}", *lines, f"Date: {_date(int(time.time()))}", f"Server: {ident}")
    )
    if text.count("\n") != len(lines) + 2 or text.count("\r") != len(lines) + 2:
        raise ValueError("a line break in the status or a header")
    return f"{text}\r\n\r\n".encode("latin-1")


@lru_cache(1)
def _date(second: int) -> str:
    text: str = build_http_date(second)
    return text


def surroundings(address: tuple[Any, ...], name: str, port: int, ident: str) -> Mapping[str, Any]:
    """Return what the environments of a connection's requests have in common."""
    return {
        "REMOTE_ADDR": address[0],
        "REMOTE_HOST": address[0],
        "REMOTE_PORT": str(address[1]),
        "REQUEST_METHOD": "POST",
        "SERVER_PORT": str(port),
        "SERVER_NAME": name,
        "SERVER_SOFTWARE": ident,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SCRIPT_NAME": "",
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
