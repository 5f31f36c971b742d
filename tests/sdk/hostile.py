"""A server that answers with exactly the bytes, and the manners, that a test wants."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.sdk.outcomes import SAMPLE

Script = Callable[[socket.socket], None]

GOOD_BODY = json.dumps(SAMPLE).encode()


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Return the bytes of an HTTP answer."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def say(data: bytes) -> Script:
    return lambda connection: connection.sendall(data)


def say_and_hang_up(data: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)

    return script


def reset(connection: socket.socket) -> None:
    """Break the connection as a machine that has died does, and not as one that hangs up."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(head: bytes, drops: bytes, pause: float) -> Script:
    def script(connection: socket.socket) -> None:
        connection.sendall(head)
        for drop in drops:
            time.sleep(pause)
            connection.sendall(bytes([drop]))

    return script


def hang(connection: socket.socket) -> None:
    """Say nothing until the other side has gone."""
    connection.settimeout(5)
    connection.recv(1)


@dataclass
class Hostile:
    """Plays one script for each request, the last one again and again."""

    url: str
    listening: socket.socket
    scripts: Sequence[Script] = ()
    heard: list[bytes] = field(default_factory=list)
    """Each request, head and body."""

    def will(self, *scripts: Script) -> None:
        self.scripts, self.heard = scripts, []

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(10)
            while request := _request(connection):
                self.heard.append(request)
                self.scripts[min(len(self.heard), len(self.scripts)) - 1](connection)


@contextmanager
def hostile() -> Iterator[Hostile]:
    """Serve in a thread, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Hostile(f"http://127.0.0.1:{listening.getsockname()[1]}", listening)
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
