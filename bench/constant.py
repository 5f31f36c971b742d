"""A server that answers everything with the same bytes, as fast as Python can.

What is measured against it is the client: the SDK in one bench, the load generator in the other.
"""

from __future__ import annotations

import multiprocessing
import selectors
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from bench.machine import SERVER_CORE, pin

BODY = (
    b'{"success":true,"executionId":"a1b2c3d4e5f6g7h8i9j0k1l2",'
    b'"interactionId":"m9n8o7p6q5r4s3t2u1v0w9x8","response":"I can help you with various tasks.",'
    b'"type":"text","nextExpectedInput":"text","goalCompletion":false,'
    b'"executionStatus":"completed","flowSwitch":false,"attachments":[],"generativeOutputs":[]}'
)
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
) + BODY
LENGTH = b"content-length:"


class Client:
    """One connection, and what came on it so far."""

    __slots__ = ("socket", "waiting")

    def __init__(self, opened: socket.socket) -> None:
        self.socket = opened
        self.waiting = b""

    def take(self) -> bool:
        """Read, and answer once a request is there as a whole; tell whether the client stays."""
        try:
            data = self.socket.recv(65_536)
            self.waiting += data
            if whole(self.waiting):
                self.waiting = b""
                self.socket.sendall(ANSWER)
        except ConnectionError:
            return False
        return bool(data)


def whole(request: bytes) -> bool:
    """Tell whether a request is there to its last byte."""
    head, end, body = request.partition(b"\r\n\r\n")
    length = int(head.lower().partition(LENGTH)[2].partition(b"\r\n")[0] or 0)
    return bool(end) and len(body) >= length


def _serve(announce: Connection) -> None:
    """Serve until killed; say which port."""
    pin(SERVER_CORE)
    selector = selectors.DefaultSelector()
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        selector.register(listening, selectors.EVENT_READ)
        announce.send(listening.getsockname()[1])
        while True:
            for key, _ in selector.select():
                _attend(selector, listening, key.data)


def _attend(
    selector: selectors.BaseSelector, listening: socket.socket, client: Client | None
) -> None:
    if client is None:
        opened, _ = listening.accept()
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(opened, selectors.EVENT_READ, Client(opened))
    elif not client.take():
        selector.unregister(client.socket)
        client.socket.close()


@contextmanager
def serving() -> Iterator[int]:
    """Run the server in a process of its own, and give its port on the loopback."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=[there], daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()
