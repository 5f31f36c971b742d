"""One client's connection: its answers, its refusals in JSON, and its end."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import socket
import time
from typing import TYPE_CHECKING

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import Error, InternalServerError

from leadway_mock.server.parsing import StrictParser

if TYPE_CHECKING:
    from leadway_mock.server.listener import Listener

log = logging.getLogger("leadway_mock.server")

LINGER_SECONDS = 2.0
"""How long a refused client may go on sending before it is cut off."""

_LONGEST_DETAIL = 200
_RULES = {
    400: "request-malformed",
    413: "body-too-large",
    431: "headers-too-large",
    500: "server-error",
    501: "transfer-encoding-unsupported",
}


class Answer(WSGITask):
    """The application's answer; the last one before the server stops says ``Connection: close``."""

    logger = log
    channel: Channel
    request: StrictParser  # type: ignore[assignment]  # types-waitress says Error

    def build_response_header(self) -> bytes:
        """Return the status line and the headers as bytes."""
        if self.channel.takes_no_more():
            self.request.headers = {**self.request.headers, "CONNECTION": "close"}
        return super().build_response_header()


class Refusal(ErrorTask):
    """What the server refuses before the application sees it, in the platform's envelope."""

    logger = log
    channel: Channel
    request: StrictParser  # type: ignore[assignment]  # types-waitress says Error

    def execute(self) -> None:
        """Write the refusal and close the connection after it."""
        error = self.request.error or InternalServerError("")
        body = _envelope(error.code, self._message(error))
        self.status = f"{error.code} {error.reason}"
        self.response_headers = [
            ("Content-Type", "application/json; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Mock-Rule", _RULES[error.code]),
            ("X-Mock-Evidence", "invented"),
        ]
        self.channel.refused = True
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(b"" if getattr(self.request, "command", "") == "HEAD" else body)

    def _message(self, error: Error) -> str:
        limits = self.channel.adj
        match error.code:
            case 413:
                most = limits.max_request_body_size - 1
                return f"The request body is too large: at most {most} bytes."
            case 431:
                return f"The headers are too large: at most {limits.max_request_header_size} bytes."
            case 500:
                return "Internal Server Error"
        return f"{error.reason}: {error.body[:_LONGEST_DETAIL].rstrip('.')}."


class Channel(HTTPChannel):
    """A connection that reads strictly, refuses in JSON and hangs up politely.

    Closing a socket while the client still sends resets it, and the client may lose the refusal
    it was sent. So after a refusal only our half is closed, and the rest is read and dropped for
    at most ``LINGER_SECONDS`` (RFC 9112, section 9.6).
    """

    task_class = Answer
    error_task_class = Refusal
    parser_class = StrictParser
    logger = log

    server: Listener
    refused = False
    lingering = False
    cut_off_at = math.inf

    def is_idle(self) -> bool:
        """Return whether no request, as far as its head says, and no answer is on its way."""
        begun = self.request is not None and self.request.headers_finished
        return not begun and not self.is_busy()

    def is_busy(self) -> bool:
        """Return whether a whole request waits for its answer, or an answer for its last byte."""
        return bool(
            self.requests or self.total_outbufs_len or self.close_when_flushed or self.lingering
        )

    def takes_no_more(self) -> bool:
        """Return whether the answer being written is this connection's last."""
        return self.server.draining and self.request is None and len(self.requests) == 1

    def handle_read(self) -> None:
        """Take what the client sent, or drop it after a refusal."""
        if not self.lingering:
            super().handle_read()
            return
        with contextlib.suppress(OSError):
            self.recv(self.adj.recv_bytes)

    def handle_close(self) -> None:
        """Hang up: at once, or after a refusal in two steps."""
        if self.refused and not self.lingering and self._close_our_half():
            return
        super().handle_close()

    def handle_expt(self) -> None:
        """Hang up on TCP's urgent data: HTTP has none, and it would wake the loop without end."""
        self.handle_close()

    def _close_our_half(self) -> bool:
        if self.socket is None:
            return False
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        self.lingering = True
        self.will_close = self.close_when_flushed = False
        self.cut_off_at = time.time() + LINGER_SECONDS
        return True


def _envelope(status: int, message: str) -> bytes:
    return json.dumps({"statusCode": status, "message": message}).encode()
