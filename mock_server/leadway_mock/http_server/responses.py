"""Responses as bytes: status line, headers, body; which part is sent when, and how it ends."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from enum import Enum, auto
from functools import cache, lru_cache
from http import HTTPStatus
from typing import Final, TypeAlias

from leadway_mock.faults.free_responses import has_no_body
from leadway_mock.faults.proxy_pages import PROXY_REASONS
from leadway_mock.http.delivery import Transport
from leadway_mock.http.messages import Response

SERVER_NAME = "leadway-mock"

TUNNEL_RULE: Final = "tunnel-rejected"
_RULES = {
    400: "request-malformed",
    403: TUNNEL_RULE,
    413: "body-too-large",
    431: "headers-too-large",
    500: "server-error",
    501: "transfer-encoding-unsupported",
}

RANDOM_DATA: Final = b"\xff" + hashlib.shake_256(b"leadway-mock").digest(255) + b"\r\n\r\n"
"""Bytes that are neither an HTTP response nor a chunk; always the same."""

MAX_PIECES: Final = 20
"""Number of parts in which a slow body is sent, if it has so many bytes."""


class RequestError(Exception):
    """A request that the server rejects before any application sees it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class RawResponse:
    """A status such as `200 OK`, headers in their own spelling, and the whole body.

    Connections close after an `is_error` response, in two steps: see `HttpProtocol`. Others may be
    sent after `delay` seconds, with the fault `transport`, the body within `body_seconds`.
    """

    status: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    is_error: bool = False
    delay: float = 0.0
    transport: Transport | None = None
    body_seconds: float = 0.0

    def header_bytes(self, connection: str = "") -> bytes:
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
    if not body and has_no_body(response.status):
        del headers[-3:-1]  # Neither a type nor a length of what cannot be there.
    return RawResponse(
        status_line(response.status),
        headers,
        body,
        delay=response.delay,
        transport=response.transport,
        body_seconds=response.body_seconds,
    )


def error_response(status: int, message: str) -> RawResponse:
    """Return an error of the server itself, in the platform's envelope."""
    rule, content = _RULES[status], {"statusCode": status, "message": message}
    headers = {"X-Mock-Rule": rule, "X-Mock-Evidence": "invented"}
    response = from_response(Response(status, content, rule, "invented", headers))
    response.is_error = True
    return response


@cache
def status_line(status: int) -> str:
    """Return a status with its reason phrase, such as `404 Not Found`."""
    known = {each.value: each.phrase for each in HTTPStatus} | dict(PROXY_REASONS)
    return f"{status} {known.get(status, 'Unknown')}"


@lru_cache(1)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


class Ending(Enum):
    """What happens to the connection after the last byte."""

    STAY = auto()
    CLOSE = auto()
    LINGER = auto()
    """Closes when the client has stopped to send, or soon."""

    RESET = auto()
    HANG = auto()


Part: TypeAlias = tuple[float, bytes]
"""Seconds from now, and the bytes that are sent then."""

ENDINGS: Final[Mapping[Transport | None, Ending]] = {
    Transport.CONNECTION_RESET_BY_PEER: Ending.RESET,
    Transport.EMPTY_RESPONSE: Ending.CLOSE,
    Transport.MALFORMED_RESPONSE_CHUNK: Ending.CLOSE,
    Transport.RANDOM_DATA_THEN_CLOSE: Ending.CLOSE,
    Transport.TRUNCATED_BODY: Ending.CLOSE,
    Transport.HANG: Ending.HANG,
}
"""How each transport fault ends; the other responses are complete and end as usual."""


def parts(response: RawResponse, headers: bytes, body: bytes) -> Iterator[Part]:
    """Yield the parts of the response `headers` + `body` in the order of their times."""
    delay = response.delay
    match response.transport:
        case None:
            yield delay, headers + body
        case Transport.SLOW_BODY:
            yield delay, headers
            yield from _pieces(body, delay, response.body_seconds)
        case Transport.TRUNCATED_BODY:
            yield delay, headers + body[: len(body) // 2]
        case Transport.MALFORMED_RESPONSE_CHUNK:
            yield delay, _announce_chunks(headers) + RANDOM_DATA
        case Transport.RANDOM_DATA_THEN_CLOSE:
            yield delay, RANDOM_DATA
        case _:
            yield delay, b""


def _announce_chunks(headers: bytes) -> bytes:
    """Return status line and headers that announce chunks instead of a length."""
    lines = headers.removesuffix(b"\r\n\r\n").split(b"\r\n")
    others = [line for line in lines if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*others, b"Transfer-Encoding: chunked", b"", b""])


def _pieces(body: bytes, delay: float, spread: float) -> Iterator[Part]:
    count = min(MAX_PIECES, len(body))
    for number in range(count):
        first, last = (len(body) * edge // count for edge in (number, number + 1))
        yield delay + spread * (number + 1) / count, body[first:last]
