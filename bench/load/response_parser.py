"""Incremental parser of HTTP/1.1 responses, for a client with one request in flight."""

from __future__ import annotations

from typing import NamedTuple

VERSION = b"http/1.1 "
HEAD_END = b"\r\n\r\n"
CONTENT_LENGTH = b"\r\ncontent-length:"
CHUNKED = b"\r\ntransfer-encoding: chunked"
CLOSE = b"\r\nconnection: close"


class MalformedResponseError(Exception):
    """The bytes are not a response that this parser supports; the text says why."""


class HTTPResponse(NamedTuple):
    """A complete response. `keep_alive` is whether the server keeps the connection open."""

    status: int
    body: bytes
    keep_alive: bool


class ResponseParser:
    """Parser for the responses of one connection."""

    def __init__(self) -> None:
        self._received = b""

    def feed(self, data: bytes) -> HTTPResponse | None:
        """Return the response that `data` completes, or None while it is incomplete.

        Raises:
            MalformedResponseError: the bytes are not a supported response; the parser must not be
                used any more.
            ValueError: a number in the response is not a number.
        """
        if self._received:
            data = self._received + data
        response = _parse(data)
        self._received = data if response is None else b""
        return response


def _parse(data: bytes) -> HTTPResponse | None:
    end = data.find(HEAD_END)
    if end < 0:
        return None
    head = data[:end].lower()
    if not head.startswith(VERSION):
        raise MalformedResponseError(f"it begins with {head[:20]!r}")
    body = _parse_body(head, data[end + len(HEAD_END) :])
    return None if body is None else HTTPResponse(int(head[9:12]), body, CLOSE not in head)


def _parse_body(head: bytes, rest: bytes) -> bytes | None:
    """Return the body, or None while it is incomplete."""
    start = head.find(CONTENT_LENGTH)
    if start >= 0:
        end = head.find(b"\r\n", start + 2)
        length = int(head[start + len(CONTENT_LENGTH) : end if end >= 0 else None])
        return _take_exactly(rest, length)
    if CHUNKED in head:
        return _join_chunks(rest)
    raise MalformedResponseError("it has neither Content-Length nor chunks")


def _take_exactly(rest: bytes, length: int) -> bytes | None:
    if len(rest) > length:
        raise MalformedResponseError(f"{len(rest) - length} unexpected bytes follow it")
    return rest if len(rest) == length else None


def _join_chunks(rest: bytes) -> bytes | None:
    chunks: list[bytes] = []
    position = 0
    while (end := rest.find(b"\r\n", position)) >= 0:
        size = int(rest[position:end].partition(b";")[0], 16)
        start, stop = end + 2, end + 2 + size
        if size == 0:
            # With or without trailers, an empty line ends the body.
            return b"".join(chunks) if rest.endswith(HEAD_END) else None
        if len(rest) < stop + 2:
            return None
        chunks.append(rest[start:stop])
        position = stop + 2
    return None
