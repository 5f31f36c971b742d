"""How an answer leaves: at once and whole, or late, or broken on purpose.

The names are WireMock's, where WireMock has one. Only the mock's own server can break a connection:
it puts a function under `DELIVERY` into the WSGI environment, and the door calls it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

DELIVERY = "leadway_mock.http.delivery"
"""The key in a WSGI environment under which a server takes a `Delivery`: a function of one."""

HEAD = "leadway_mock.head"
"""The key under which a server puts the `Head` of a request, for whoever gets it again."""

STOPPING = "leadway_mock.stopping"
"""The key of a function that tells whether the server is to stop; who waits for something is then
answered as things are."""

LEFT = "waitress.client_disconnected"
"""The key of a function that tells whether the caller has left; waitress's own name for it."""


class Transport(StrEnum):
    """A way to break a connection, or to strain it."""

    CONNECTION_RESET_BY_PEER = "CONNECTION_RESET_BY_PEER"
    """No byte, and a TCP reset."""

    EMPTY_RESPONSE = "EMPTY_RESPONSE"
    """No byte, and the connection closed in order."""

    MALFORMED_RESPONSE_CHUNK = "MALFORMED_RESPONSE_CHUNK"
    """A good head, then bytes that are no chunk, then the connection closed."""

    RANDOM_DATA_THEN_CLOSE = "RANDOM_DATA_THEN_CLOSE"
    """Bytes that are no HTTP, then the connection closed."""

    TRUNCATED_BODY = "TRUNCATED_BODY"
    """A good head and half of the body it announced, then the connection closed."""

    SLOW_BODY = "SLOW_BODY"
    """The whole answer, its body a few bytes at a time."""

    HANG = "HANG"
    """No byte; the connection stays open until the client gives up."""


@dataclass(slots=True, eq=False)
class Head:
    """The head of a request as its server read it.

    `environ` has what WSGI says of it, `headers` the same headers by their lower-case names,
    `length` its Content-Length. One that `lasts` is the same object when it comes again; in its
    `notes` the application keeps what it made of it.
    """

    environ: Mapping[str, Any]
    headers: Mapping[str, str]
    length: str
    lasts: bool
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How to deliver one answer: after `delay` seconds, and broken as `transport` says.

    `spread` is the number of seconds over which `SLOW_BODY` sends the body.
    """

    delay: float = 0.0
    transport: Transport | None = None
    spread: float = 0.0


AT_ONCE = Delivery()
"""How nearly every answer goes."""
