"""The platform's API as a function of requests, and the adapter that puts it into Flask."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

import flask

from leadway_mock.app.shield import CONTROL_PREFIX, HostCheck, is_control, sent_path
from leadway_mock.emulator import Emulator
from leadway_mock.http_server.responses import status_line
from leadway_mock.messages import Answer, Request
from leadway_mock.reloading import reloading_for

log = logging.getLogger(__name__)

CONTROL = CONTROL_PREFIX
NEEDS_SERVER = "fault-needs-server"


class PlatformApi:
    """Responds to every path outside `/__mock`, the unknown ones included.

    The emulator routes by the contract, so neither Flask's routing nor another one is needed.
    """

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.in_loop = emulator.is_prompt
        """Whether a response never waits for a store."""

        self.max_body = emulator.settings.max_body_bytes
        self.host_check = HostCheck(emulator.settings.host, emulator.settings.allow_host)
        self.reloading = reloading_for(emulator)

    def takes(self, path: str) -> bool:
        """Return whether `path`, as it was sent, is the platform's and not the mock's own."""
        return not is_control(path)

    def respond(self, request: Request) -> Answer:
        """Check the `Host` header, reload changed files, and respond."""
        error = self.host_check.error(request.headers.get("host"))
        if error is not None:
            return error
        self.reloading.look()
        return self.emulator.answer(request)


def install_door(app: flask.Flask, platform: PlatformApi) -> None:
    """Let `platform` respond to every path that it takes."""

    @app.before_request
    def respond() -> flask.Response | None:
        if not platform.takes(sent_path(flask.request)):
            return None
        request = read_request(flask.request, platform.max_body)
        return write_answer(delivered(platform.respond(request)))


def read_request(request: flask.Request, max_body: int) -> Request:
    """Return a Flask request as the emulator takes it, its body cut one byte beyond the limit."""
    return Request(
        method=request.method,
        path=sent_path(request),
        query=request.query_string.decode("latin-1"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.stream.read(max_body + 1),
    )


def delivered(answer: Answer) -> Answer:
    """Wait as long as `answer` is delayed; return it, or an error in place of a transport fault.

    Only the mock's own server can cause a transport fault, and it does not call Flask for this.
    """
    time.sleep(answer.delay)
    return answer if answer.transport is None else _needs_server(answer)


def write_answer(answer: Answer) -> flask.Response:
    """Return the Flask response for an answer of the emulator."""
    return flask.Response(
        answer.body,
        status=status_line(answer.status),
        headers=dict(answer.headers),
        content_type=answer.media_type,
    )


def _needs_server(answer: Answer) -> Answer:
    message = (
        f"The fault {answer.transport} needs a connection to break, and here is none: the mock "
        "was called in process, or by another server. Start it with `leadway mock`, or with "
        "leadway_mock.serving.open_server."
    )
    log.error("%s", message)
    return replace(
        answer,
        status=500,
        content={"statusCode": 500, "message": message},
        headers={**answer.headers, "X-Mock-Rule": NEEDS_SERVER, "X-Mock-Evidence": "invented"},
    )
