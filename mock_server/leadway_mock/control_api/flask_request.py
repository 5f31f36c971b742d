"""Flask requests as `Request` values, and which paths belong to the mock itself."""

from __future__ import annotations

import flask

from leadway_mock.http.messages import Request

CONTROL_PREFIX = "/__mock"


def is_control(path: str) -> bool:
    """Return whether a path, as it was sent, is the mock's own and not the platform's.

    Flask routes a path as if it began with one slash, and so does this function.
    """
    first, _, _ = path.lstrip("/").partition("/")
    return first == CONTROL_PREFIX[1:]


def sent_path(request: flask.Request) -> str:
    """Return the path as it was sent; Flask's own always begins with exactly one slash."""
    sent: str = request.environ.get("PATH_INFO", "")
    return sent.encode("latin-1").decode("utf-8", "replace") or "/"


def read_request(request: flask.Request, max_body: int) -> Request:
    """Return a Flask request as a value, its body cut one byte beyond the limit."""
    return Request(
        method=request.method,
        path=sent_path(request),
        query=request.query_string.decode("latin-1"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.stream.read(max_body + 1),
    )
