"""HTTP server that sends the same response to every request, in a process of its own.

The benches use it to measure clients: the SDK, and the load generator itself.
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
RESPONSE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
) + BODY
CONTENT_LENGTH = b"content-length:"


class ClientConnection:
    """A client's connection and the bytes of the request received so far."""

    __slots__ = ("received", "socket")

    def __init__(self, opened: socket.socket) -> None:
        self.socket = opened
        self.received = b""

    def serve(self) -> bool:
        """Read, and respond once the request is complete; return whether the client stays."""
        try:
            data = self.socket.recv(65_536)
            self.received += data
            if is_complete(self.received):
                self.received = b""
                self.socket.sendall(RESPONSE)
        except ConnectionError:
            return False
        return bool(data)


def is_complete(request: bytes) -> bool:
    """Return whether a request has its headers and its whole body."""
    head, end, body = request.partition(b"\r\n\r\n")
    length = int(head.lower().partition(CONTENT_LENGTH)[2].partition(b"\r\n")[0] or 0)
    return bool(end) and len(body) >= length


def _serve(pipe: Connection) -> None:
    """Send the port through `pipe`, and serve until killed."""
    pin(SERVER_CORE)
    selector = selectors.DefaultSelector()
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        selector.register(listener, selectors.EVENT_READ)
        pipe.send(listener.getsockname()[1])
        while True:
            for key, _ in selector.select():
                _handle_event(selector, listener, key.data)


def _handle_event(
    selector: selectors.BaseSelector, listener: socket.socket, client: ClientConnection | None
) -> None:
    if client is None:
        opened, _ = listener.accept()
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(opened, selectors.EVENT_READ, ClientConnection(opened))
    elif not client.serve():
        selector.unregister(client.socket)
        client.socket.close()


@contextmanager
def constant_server() -> Iterator[int]:
    """Run the server, and yield its port on the loopback."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=[there], daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()
