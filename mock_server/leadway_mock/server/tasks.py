"""What a thread does with one request: have it answered, or refuse it in JSON."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from waitress.task import ErrorTask, WSGITask
from waitress.utilities import Error, InternalServerError

from leadway_mock.http.delivery import AT_ONCE, DELIVERY, STOPPING, Delivery
from leadway_mock.server.parsing import StrictParser
from leadway_mock.server.sending import script

if TYPE_CHECKING:
    from leadway_mock.server.channel import Channel

log = logging.getLogger("leadway_mock.server")

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
    delivery = AT_ONCE

    def is_last(self) -> bool:
        """Return whether the server is to stop, and takes no more requests."""
        return bool(self.channel.server.draining)

    def get_environment(self) -> dict[str, Any]:
        """Return the WSGI environment, in which the application may ask for a `Delivery`.

        The path in it is the one that was sent; waitress makes one slash of several at its start.
        """
        ours = {DELIVERY: self.deliver, STOPPING: self.is_last, "PATH_INFO": self.request.path}
        return super().get_environment() | ours

    def deliver(self, delivery: Delivery) -> None:
        """Hold the answer back that the application is about to give, and deliver it so."""
        if delivery != AT_ONCE:
            self.delivery = delivery
            self.channel.recorded = []

    def service(self) -> None:
        """Answer the request, or leave the answer with the channel for later."""
        try:
            super().service()
        finally:
            recorded, self.channel.recorded = self.channel.recorded, None
        if recorded:
            head, *body = recorded
            stays = not self.close_on_finish
            self.close_on_finish = False  # The script closes, when it has come to its end.
            self.channel.hold(script(self.delivery, head, b"".join(body), stays=stays))

    def build_response_header(self) -> bytes:
        """Return the status line and the headers as bytes, spelled as the application did."""
        if self.channel.takes_no_more():
            self.request.headers = {**self.request.headers, "CONNECTION": "close"}
        spelled = {name.lower(): name for name, _ in self.response_headers}
        status_line, _, _ = super().build_response_header().partition(b"\r\n")
        # Waitress has capitalized the names, and put its own behind them, before it sorted all.
        lines = "".join(
            f"{spelled.get(name.lower(), name)}: {value}\r\n"
            for name, value in self.response_headers
        )
        return status_line + f"\r\n{lines}\r\n".encode("latin-1")


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


def _envelope(status: int, message: str) -> bytes:
    return json.dumps({"statusCode": status, "message": message}).encode()
