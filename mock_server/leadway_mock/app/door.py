"""The door between HTTP and the emulator: everything outside `/__mock` goes through it."""

from __future__ import annotations

from http import HTTPStatus

import flask

from leadway_mock.emulator import Emulator
from leadway_mock.messages import JSON, Answer, Request

CONTROL = "/__mock"


def install_door(app: flask.Flask, emulator: Emulator) -> None:
    """Let `emulator` answer every path of the platform, the unknown ones included.

    It routes by the contract, so Flask's own routing is not asked.
    """

    @app.before_request
    def answer() -> flask.Response | None:
        if is_control(flask.request.path):
            return None
        request = read_request(flask.request, emulator.settings.max_body_bytes)
        return write_answer(emulator.answer(request))


def is_control(path: str) -> bool:
    """Tell whether `path` is the mock's own and not the platform's."""
    return path == CONTROL or path.startswith(f"{CONTROL}/")


def read_request(request: flask.Request, max_body_bytes: int) -> Request:
    """Return the emulator's view of a Flask request.

    A body that is too large is read one byte beyond the limit and no further.
    """
    return Request(
        method=request.method,
        path=request.path,
        query=request.query_string.decode("latin-1"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.stream.read(max_body_bytes + 1),
    )


def write_answer(answer: Answer) -> flask.Response:
    """Return the Flask response for an answer of the emulator."""
    status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
    return flask.Response(
        answer.body, status=status, headers=dict(answer.headers), content_type=JSON
    )
