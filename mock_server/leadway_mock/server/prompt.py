"""Requests that the loop answers by itself, without a thread: whole, plain, and soon done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from waitress.utilities import build_http_date

from leadway_mock.http.delivery import AT_ONCE, DELIVERY, Delivery

Environment = dict[str, Any]
Application = Callable[[Environment, Callable[..., Any]], Any]

Pair = tuple[str, str]
Prompt = Callable[[Environment], bool]
"""Tells of a request whether the application answers it without waiting for anything."""


def never(_: Environment) -> bool:
    """Leave every request to a thread."""
    return False


@dataclass(slots=True)
class Reply:
    """What an application answers: its head and body as bytes, and how they are delivered."""

    ident: str
    head: bytes = b""
    body: bytes = b""
    delivery: Delivery = AT_ONCE

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
        if delivery != AT_ONCE:
            self.delivery = delivery

    def _start(self, status: str, headers: list[Pair], exc_info: object = None) -> None:  # noqa: ARG002 - WSGI's own signature
        self.head = head(status, headers, self.ident)


def head(status: str, headers: list[Pair], ident: str) -> bytes:
    """Return the status line and the headers, as they are spelled, with what waitress adds.

    Raises `ValueError` where one of them would break the line.
    """
    lines = [f"HTTP/1.1 {status}", *[f"{name}: {value}" for name, value in headers]]
    together = "".join(lines)
    if "\n" in together or "\r" in together:
        raise ValueError("a line break in the status or a header")
    text = "\r\n".join(lines)
    own = "Via" if "\r\nServer: " in text else "Server"  # A proxy's page names the proxy.
    return f"{text}\r\n{own}: {ident}\r\nDate: {_date(int(time.time()))}\r\n\r\n".encode("latin-1")


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
