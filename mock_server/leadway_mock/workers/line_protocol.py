"""Messages between supervisor and worker: JSON objects, one a line, over a socket pair.

The end of the connection means that the other process has ended.
"""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from typing import Any

Message = dict[str, Any]

READ_BYTES = 65_536


class MessageSocket:
    """One end of a connection. `send` may be called from any thread, `receive` from one."""

    def __init__(self, end: socket.socket, *, send_timeout: float | None = None) -> None:
        """Take over the socket `end`.

        If the other side reads nothing for `send_timeout` seconds, the connection is shut down.
        """
        end.settimeout(send_timeout)
        self._end = end
        self._writing = threading.Lock()
        self._partial = b""

    def fileno(self) -> int:
        """Return the file descriptor, for a selector."""
        return self._end.fileno()

    def send(self, **message: Any) -> None:  # noqa: ANN401 - any JSON value
        """Send a message. If the other side has ended, only `receive` shows it."""
        try:
            with self._writing:
                self._end.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            # Part of the message may be sent, so later ones could not be parsed.
            with suppress(OSError):
                self._end.shutdown(socket.SHUT_RDWR)

    def receive(self) -> list[Message] | None:
        """Wait for messages and return them; None at the end of the connection."""
        try:
            data = self._end.recv(READ_BYTES)
        except OSError:
            return None
        if not data:
            return None
        *lines, self._partial = (self._partial + data).split(b"\n")
        return [json.loads(each) for each in lines]

    def shutdown_write(self) -> None:
        """Send nothing more; messages of the other side can still be received."""
        with suppress(OSError):
            self._end.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close the socket."""
        self._end.close()
