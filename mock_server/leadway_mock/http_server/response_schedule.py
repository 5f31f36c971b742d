"""Schedule of a delayed or broken response: which bytes are sent when, and how it ends."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias

from leadway_mock.http.delivery import Delivery, Transport

RANDOM_DATA: Final = b"\xff" + hashlib.shake_256(b"leadway-mock").digest(255) + b"\r\n\r\n"
"""Bytes that are neither an HTTP response nor a chunk; always the same."""

MAX_PIECES: Final = 20
"""Number of parts in which a slow body is sent, if it has so many bytes."""


class Ending(Enum):
    """What happens to the connection after the last byte."""

    STAY = auto()
    CLOSE = auto()
    RESET = auto()
    HANG = auto()


Part: TypeAlias = tuple[float, bytes]
"""Seconds from now, and the bytes that are sent then."""


ENDINGS: Final = {
    Transport.CONNECTION_RESET_BY_PEER: Ending.RESET,
    Transport.EMPTY_RESPONSE: Ending.CLOSE,
    Transport.MALFORMED_RESPONSE_CHUNK: Ending.CLOSE,
    Transport.RANDOM_DATA_THEN_CLOSE: Ending.CLOSE,
    Transport.TRUNCATED_BODY: Ending.CLOSE,
    Transport.HANG: Ending.HANG,
}
"""How each transport fault ends; the other responses are complete and end as usual."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Parts of a response in the order of their times, and the ending after the last one."""

    parts: tuple[Part, ...]
    ending: Ending


def schedule(delivery: Delivery, head: bytes, body: bytes, *, keep_alive: bool) -> Schedule:
    """Return when each part of the response `head` + `body` is sent."""
    usual = Ending.STAY if keep_alive else Ending.CLOSE
    ending = ENDINGS.get(delivery.transport, usual) if delivery.transport else usual
    return Schedule(tuple(_parts(delivery, head, body)), ending)


def _parts(delivery: Delivery, head: bytes, body: bytes) -> Iterator[Part]:
    delay = delivery.delay
    match delivery.transport:
        case None:
            yield delay, head + body
        case Transport.SLOW_BODY:
            yield delay, head
            yield from _pieces(body, delay, delivery.spread)
        case Transport.TRUNCATED_BODY:
            yield delay, head + body[: len(body) // 2]
        case Transport.MALFORMED_RESPONSE_CHUNK:
            yield delay, _chunked(head) + RANDOM_DATA
        case Transport.RANDOM_DATA_THEN_CLOSE:
            yield delay, RANDOM_DATA
        case _:
            yield delay, b""


def _chunked(head: bytes) -> bytes:
    """Return a head that announces chunks instead of a length."""
    lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    others = [line for line in lines if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*others, b"Transfer-Encoding: chunked", b"", b""])


def _pieces(body: bytes, delay: float, spread: float) -> Iterator[Part]:
    count = min(MAX_PIECES, len(body))
    for number in range(count):
        first, last = (len(body) * edge // count for edge in (number, number + 1))
        yield delay + spread * (number + 1) / count, body[first:last]
