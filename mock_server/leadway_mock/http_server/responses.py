"""Responses as the server writes them: status line, headers, body, and the server's own errors."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate
from functools import cache, lru_cache
from http import HTTPStatus

from leadway_mock.faults.proxy_pages import PROXY_REASONS
from leadway_mock.http.delivery import AT_ONCE, Delivery
from leadway_mock.http.messages import Response

SERVER_NAME = "leadway-mock"

_RULES = {
    400: "request-malformed",
    413: "body-too-large",
    431: "headers-too-large",
    500: "server-error",
    501: "transfer-encoding-unsupported",
}


class RequestError(Exception):
    """A request that the server rejects before any application sees it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class RawResponse:
    """A status such as `200 OK`, headers in their own spelling, and the whole body.

    Connections close after an `is_error` response, in two steps: see `HttpProtocol`.
    """

    status: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    delivery: Delivery = AT_ONCE
    is_error: bool = False

    def head(self, connection: str = "") -> bytes:
        """Return status line and headers, with `Server`, `Date` and, if given, `Connection`.

        A response that has a `Server` header, as a proxy's page does, gets `Via` instead. Raises
        `ValueError` if the status or a header contains a line break.
        """
        lines = [f"HTTP/1.1 {self.status}", *[f"{name}: {value}" for name, value in self.headers]]
        content = "".join(lines)
        if "\n" in content or "\r" in content:
            raise ValueError("a line break in the status or a header")
        text = "\r\n".join(lines)
        own = "Via" if "\r\nServer: " in text else "Server"
        if connection:
            text = f"{text}\r\nConnection: {connection}"
        return f"{text}\r\n{own}: {SERVER_NAME}\r\nDate: {_date(int(time.time()))}\r\n\r\n".encode(
            "latin-1"
        )


def from_response(response: Response) -> RawResponse:
    """Return a response of the platform as the server writes it."""
    body = response.body
    headers = [
        *response.headers.items(),
        ("Content-Type", response.media_type),
        ("Content-Length", str(len(body))),
        ("X-Content-Type-Options", "nosniff"),
    ]
    raw = RawResponse(status_line(response.status), headers, body)
    if response.delay or response.transport or response.body_seconds:
        raw.delivery = Delivery(response.delay, response.transport, response.body_seconds)
    return raw


def error_response(status: int, message: str) -> RawResponse:
    """Return an error of the server itself, in the platform's envelope."""
    body = json.dumps({"statusCode": status, "message": message}).encode()
    headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Mock-Rule", _RULES[status]),
        ("X-Mock-Evidence", "invented"),
    ]
    return RawResponse(status_line(status), headers, body, is_error=True)


@cache
def status_line(status: int) -> str:
    """Return a status with its reason phrase, such as `404 Not Found`."""
    return f"{status} {PROXY_REASONS.get(status) or HTTPStatus(status).phrase}"


@lru_cache(1)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
