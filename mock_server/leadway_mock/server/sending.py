"""What goes out for an answer that is late or broken: which bytes, when, and what comes after."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias

from leadway_mock.http.delivery import Delivery, Transport

GARBAGE: Final = b"\xff" + hashlib.shake_256(b"leadway-mock").digest(255) + b"\r\n\r\n"
"""Bytes that begin neither an HTTP answer nor a chunk; always the same ones."""

PIECES: Final = 20
"""In how many parts a slow body is sent, if it has so many bytes."""


class Ending(Enum):
    """What becomes of the connection after the last byte."""

    STAY = auto()
    CLOSE = auto()
    RESET = auto()
    HANG = auto()


Part: TypeAlias = tuple[float, bytes]
"""Seconds from now, and the bytes that go out then."""


ENDINGS: Final = {
    Transport.CONNECTION_RESET_BY_PEER: Ending.RESET,
    Transport.EMPTY_RESPONSE: Ending.CLOSE,
    Transport.MALFORMED_RESPONSE_CHUNK: Ending.CLOSE,
    Transport.RANDOM_DATA_THEN_CLOSE: Ending.CLOSE,
    Transport.TRUNCATED_BODY: Ending.CLOSE,
    Transport.HANG: Ending.HANG,
}
"""How each break ends; an answer that is whole ends as it would have."""


@dataclass(frozen=True, slots=True)
class Script:
    """The parts of an answer in the order of their times, and the ending after the last one."""

    parts: tuple[Part, ...]
    ending: Ending


def script(delivery: Delivery, head: bytes, body: bytes, *, stays: bool) -> Script:
    """Return how an answer of `head` and `body` goes out; `stays` is whether it may be followed."""
    whole = Ending.STAY if stays else Ending.CLOSE
    ending = ENDINGS.get(delivery.transport, whole) if delivery.transport else whole
    return Script(tuple(_parts(delivery, head, body)), ending)


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
            yield delay, _chunked(head) + GARBAGE
        case Transport.RANDOM_DATA_THEN_CLOSE:
            yield delay, GARBAGE
        case _:
            yield delay, b""


def _chunked(head: bytes) -> bytes:
    """Return a head that announces chunks instead of a length."""
    lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*kept, b"Transfer-Encoding: chunked", b"", b""])


def _pieces(body: bytes, delay: float, spread: float) -> Iterator[Part]:
    count = min(PIECES, len(body))
    for number in range(count):
        first, last = (len(body) * edge // count for edge in (number, number + 1))
        yield delay + spread * (number + 1) / count, body[first:last]
