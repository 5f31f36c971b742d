"""Requests as bytes, with the headers that httpx sends and bodies of realistic size."""

from __future__ import annotations

import random

PATH = "/agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute"
TOKEN = "pit-12345678-1234-4234-8234-123456789abc"  # noqa: S105 - made up

HEAD = (
    f"POST {PATH} HTTP/1.1\r\nHost: %s:%d\r\nAccept: */*\r\n"
    "Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n"
    "User-Agent: python-httpx/0.28.1\r\n"
    f"Authorization: Bearer {TOKEN}\r\nVersion: 2021-07-28\r\n"
)
REST = b"Content-Length: %d\r\nContent-Type: application/json\r\n\r\n"
TRACED = b"traceparent: 00-%032x-%016x-01\r\nX-Request-Id: %032x\r\n"

# The number makes each body different; its fixed width keeps all bodies the same length.
FIRST_TURN = (
    b'{"message":"Good morning! I would like to move my appointment %010d to next Tuesday'
    b' afternoon, if you still have something free around three.",'
    b'"locationId":"C2QujeCh8ZnC7al2InWR","contactId":"ocQHyuzHvysMo5N5VsXc",'
    b'"inputVariables":{"customerName":"Ada Lovelace","orderNumber":"A-10815",'
    b'"plan":"premium","language":"en-GB","timezone":"Europe/London","returning":true}}'
)
NEXT_TURN = (
    b'{"message":"And what about %010d, would that work for you as well?",'
    b'"locationId":"C2QujeCh8ZnC7al2InWR","contactId":"ocQHyuzHvysMo5N5VsXc",'
    b'"executionId":"%s"}'
)
INVALID = (
    b'{"locationId":"C2QujeCh8ZnC7al2InWR","contactId":"ocQHyuzHvysMo5N5VsXc"}',
    b'{"message":5,"locationId":"C2QujeCh8ZnC7al2InWR","contactId":"ocQHyuzHvysMo5N5VsXc"}',
    b'{"message":"Good morning!","contactId":"ocQHyuzHvysMo5N5VsXc"}',
    b'{"message":"Good morning!","locationId":"C2QujeCh8ZnC7al2InWR","contactId":"ocQHyu',
)
"""No message; a number for the message; no location; truncated JSON."""


class Requests:
    """Builds the requests for one server."""

    def __init__(self, host: str, port: int) -> None:
        self._head = (HEAD % (host, port)).encode()

    def post(self, body: bytes) -> bytes:
        """Return a request with that body; bodies of the same length have the same headers."""
        return self._head + REST % len(body) + body

    def post_traced(self, body: bytes) -> bytes:
        """Return a request with a new `traceparent` and `X-Request-Id`, as traced clients do."""
        bits = random.getrandbits
        traced = TRACED % (bits(128), bits(64), bits(128))
        return self._head + traced + REST % len(body) + body
