"""The door between HTTP and the emulator: everything outside `/__mock` goes through it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from typing import Any

import flask

from leadway_mock.faults.proxy_pages import PROXY_REASONS
from leadway_mock.http.delivery import DELIVERY, Delivery
from leadway_mock.http.messages import Request, Response
from leadway_mock.pipeline.emulator import Emulator

log = logging.getLogger(__name__)

CONTROL = "/__mock"
NEEDS_SERVER = "fault-needs-server"


def install_door(app: flask.Flask, emulator: Emulator) -> None:
    """Let `emulator` answer every path of the platform, the unknown ones included.

    It routes by the contract, so Flask's own routing is not asked.
    """

    @app.before_request
    def answer() -> flask.Response | None:
        if is_control(flask.request.path):
            return None
        request = read_request(flask.request, emulator.settings.max_body_bytes)
        answer = emulator.handle(request)
        return write_answer(delivered(answer, flask.request.environ))


def is_control(path: str) -> bool:
    """Tell whether `path` is the mock's own and not the platform's."""
    return path == CONTROL or path.startswith(f"{CONTROL}/")


def read_request(request: flask.Request, max_body_bytes: int) -> Request:
    """Return the emulator's view of a Flask request.

    A body that is too large is read one byte beyond the limit and no further.
    """
    return Request(
        method=request.method,
        path=sent_path(request),
        query=request.query_string.decode("latin-1"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.stream.read(max_body_bytes + 1),
    )


def sent_path(request: flask.Request) -> str:
    """Return the path as it was sent; Flask tells of one slash at its beginning, however many.

    It also routes so. Whether a path is the control API's is therefore asked of Flask's path, by
    the shield as by the door.
    """
    sent = request.environ.get("PATH_INFO", "")
    return "/" * (len(sent) - len(sent.lstrip("/"))) + request.path[1:] or "/"


def delivered(answer: Response, environ: Mapping[str, Any]) -> Response:
    """See to it that `answer` leaves late or broken, if it should; return it.

    The mock's own server does both. Without it, the delay is waited for here, and instead of a
    broken connection there is an answer that says why not.
    """
    if not (answer.delay or answer.transport or answer.body_seconds):
        return answer
    deliver: Callable[[Delivery], None] | None = environ.get(DELIVERY)
    if deliver is not None:
        deliver(Delivery(answer.delay, answer.transport, answer.body_seconds))
        return answer
    time.sleep(answer.delay)
    return answer if answer.transport is None else _needs_server(answer)


def write_answer(answer: Response) -> flask.Response:
    """Return the Flask response for an answer of the emulator."""
    return flask.Response(
        answer.body,
        status=status_line(answer.status),
        headers=dict(answer.headers),
        content_type=answer.media_type,
    )


@cache
def status_line(status: int) -> str:
    """Return a status with its reason, as the first line of an answer says it."""
    return f"{status} {PROXY_REASONS.get(status) or HTTPStatus(status).phrase}"


def _needs_server(answer: Response) -> Response:
    message = (
        f"The fault {answer.transport} needs a connection to break, and here is none: the mock "
        "was called in process, or by another server. Start it with `leadway mock`, or with "
        "leadway_mock.server.Server."
    )
    log.error("%s", message)
    return replace(
        answer,
        status=500,
        content={"statusCode": 500, "message": message},
        headers={**answer.headers, "X-Mock-Rule": NEEDS_SERVER, "X-Mock-Evidence": "invented"},
    )
