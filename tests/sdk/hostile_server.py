"""Server that responds with given bytes and transport faults."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.sdk.samples import SAMPLE

Script = Callable[[socket.socket], None]

GOOD_BODY = json.dumps(SAMPLE).encode()


def response(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Return the bytes of an HTTP response."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def send_bytes(data: bytes) -> Script:
    return lambda connection: connection.sendall(data)


def send_and_close(data: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)

    return script


def reset(connection: socket.socket) -> None:
    """Reset the connection (RST), instead of closing it (FIN)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def send_slowly(head: bytes, data: bytes, pause: float) -> Script:
    def script(connection: socket.socket) -> None:
        connection.sendall(head)
        for byte in data:
            time.sleep(pause)
            connection.sendall(bytes([byte]))

    return script


def hang(connection: socket.socket) -> None:
    """Send nothing until the client closes the connection, or for 5 s."""
    connection.settimeout(5)
    connection.recv(1)


@dataclass
class HostileServer:
    """Runs one script for each request; the last one repeats."""

    url: str
    listening: socket.socket
    scripts: Sequence[Script] = ()
    received: list[bytes] = field(default_factory=list)
    """Each request: request line, headers and body."""

    def respond_with(self, *scripts: Script) -> None:
        self.scripts, self.received = scripts, []

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve_connection, args=[connection], daemon=True).start()

    def _serve_connection(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(10)
            while request := _request(connection):
                self.received.append(request)
                self.scripts[min(len(self.received), len(self.scripts)) - 1](connection)


@contextmanager
def run_hostile_server() -> Iterator[HostileServer]:
    """Serve in a thread, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = HostileServer(f"http://127.0.0.1:{listening.getsockname()[1]}", listening)
        threading.Thread(target=server.serve, daemon=True).start()
        yield server
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65_536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(headers_of(head).get("content-length", 0))
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def headers_of(request: bytes) -> Mapping[str, str]:
    """Return the headers of a request, by name in lower case."""
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.lower(): value.strip() for name, _, value in pairs}
