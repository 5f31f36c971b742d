"""Client that sends given bytes and parses the response."""

from __future__ import annotations

import json
import select
import socket
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

PATIENCE = 20.0


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class RawClient:
    """One connection to a server; closes with the `with` block."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE)
        self.received = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.received.close()
        self.socket.close()

    def send(self, data: bytes) -> Self:
        self.socket.sendall(data)
        return self

    def finish_sending(self) -> Self:
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def reply(self) -> Reply | None:
        """Return the next response; `None` if the server closed the connection."""
        line = self.received.readline()
        if not line:
            return None
        version, status = line.split()[:2]
        assert version.startswith(b"HTTP/1.")
        headers = self._headers()
        body = self.received.read(int(headers.get("content-length", 0)))
        return Reply(int(status), headers, body)

    def has_response(self) -> bool:
        """Return whether there is something to read, without waiting for it."""
        readable, _, _ = select.select([self.socket], [], [], 0)
        return bool(readable)

    def is_closed(self) -> bool:
        """Wait for the server to hang up; false when it says something more."""
        try:
            return self.received.read(1) == b""
        except ConnectionResetError:
            return True

    def _headers(self) -> dict[str, str]:
        headers = {}
        while (line := self.received.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return headers
