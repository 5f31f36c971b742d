"""Reads HTTP/1.1 answers, as far as a client needs that has one request in flight."""

from __future__ import annotations

from typing import NamedTuple

START = b"http/1.1 "
END = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"
CHUNKED = b"\r\ntransfer-encoding: chunked"
CLOSE = b"\r\nconnection: close"


class MalformedAnswerError(Exception):
    """What came is no HTTP/1.1 answer that this reader knows; the text says why."""


class Answer(NamedTuple):
    """One answer. `kept` tells whether the server keeps the connection open after it."""

    status: int
    body: bytes
    kept: bool


class AnswerReader:
    """Puts the answers of one connection together from the pieces that arrive."""

    def __init__(self) -> None:
        self._held = b""

    def read(self, data: bytes) -> Answer | None:
        """Return the answer that ends with `data`, or None while more of it is to come.

        Raises `MalformedAnswerError`; the connection is of no use after that.
        """
        if self._held:
            data = self._held + data
        answer = _answer(data)
        self._held = data if answer is None else b""
        return answer


def _answer(data: bytes) -> Answer | None:
    end = data.find(END)
    if end < 0:
        return None
    head = data[:end].lower()
    if not head.startswith(START):
        raise MalformedAnswerError(f"it begins with {head[:20]!r}")
    body = _body(head, data[end + len(END) :])
    return None if body is None else Answer(int(head[9:12]), body, CLOSE not in head)


def _body(head: bytes, rest: bytes) -> bytes | None:
    """Return the body, or None while it is not there as a whole."""
    found = head.find(LENGTH)
    if found >= 0:
        end = head.find(b"\r\n", found + 2)
        length = int(head[found + len(LENGTH) : end if end >= 0 else None])
        return _exactly(rest, length)
    if CHUNKED in head:
        return _unchunked(rest)
    raise MalformedAnswerError("it has neither a length nor chunks")


def _exactly(rest: bytes, length: int) -> bytes | None:
    if len(rest) > length:
        raise MalformedAnswerError(f"{len(rest) - length} bytes follow that nobody asked for")
    return rest if len(rest) == length else None


def _unchunked(rest: bytes) -> bytes | None:
    pieces: list[bytes] = []
    position = 0
    while (end := rest.find(b"\r\n", position)) >= 0:
        size = int(rest[position:end].partition(b";")[0], 16)
        start, stop = end + 2, end + 2 + size
        if size == 0:
            # Trailers are rare: the end is an empty line either way.
            return b"".join(pieces) if rest.endswith(END) else None
        if len(rest) < stop + 2:
            return None
        pieces.append(rest[start:stop])
        position = stop + 2
    return None
