"""Messages between two processes on one machine: JSON objects, one a line, over a pair of sockets.

The end of a line is a message, too: it means that the other process has ended, however it did.
"""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from typing import Any

Message = dict[str, Any]

MOST_BYTES = 65_536
"""How much is read at once."""


class Line:
    """One end of a line. `send` may be called from any thread, `received` from one at a time."""

    def __init__(self, end: socket.socket, *, patience: float | None = None) -> None:
        """Speak over `end`, which is the line's own from now on.

        Whoever reads nothing for `patience` seconds, while something is sent, is given up.
        """
        end.settimeout(patience)
        self._end = end
        self._writing = threading.Lock()
        self._begun = b""

    def fileno(self) -> int:
        """Return the number of the file to wait for."""
        return self._end.fileno()

    def send(self, **message: Any) -> None:  # noqa: ANN401 - any JSON value
        """Tell the other side something; whether it has ended, `received` tells."""
        try:
            with self._writing:
                self._end.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            # Half a message may be out, and nothing behind it would be understood.
            with suppress(OSError):
                self._end.shutdown(socket.SHUT_RDWR)

    def received(self) -> list[Message] | None:
        """Wait for what the other side tells, and return it; None at the end of the line."""
        try:
            data = self._end.recv(MOST_BYTES)
        except OSError:
            return None
        if not data:
            return None
        *whole, self._begun = (self._begun + data).split(b"\n")
        return [json.loads(each) for each in whole]

    def hang_up(self) -> None:
        """Say no more; what the other side tells is still received."""
        with suppress(OSError):
            self._end.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Release the socket."""
        self._end.close()
