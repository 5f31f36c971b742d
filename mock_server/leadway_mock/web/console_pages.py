"""The console: static files for browsers, which call the control API and the platform."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

import flask
from flask import abort
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from leadway_mock.control_api.request_reader import CONTROL_PREFIX, sent_path, write_response
from leadway_mock.http.messages import Request, Response

FOLDER: Final = "console"
INDEX: Final = "index.html"
CONSOLE: Final = f"{CONTROL_PREFIX}/"

POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "connect", "img")),
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
"""Content-Security-Policy: only own files, no inline script or style, no HTML from text."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

VIEWS: Final = re.compile(
    rf"{CONTROL_PREFIX}/(?P<view>(?:sessions(?:/[\w-]+)?|journal|conformance|behaviours))/?",
    re.ASCII,
)
"""Calls of the control API that have a view in the console."""


def prefers_html(request: Request) -> bool:
    """Return whether a GET prefers HTML to JSON, as those of browsers do."""
    accept = parse_accept_header(request.headers.get("accept"), MIMEAccept)
    return request.method == "GET" and accept["text/html"] > accept["application/json"]


def console_redirect(view: str = "") -> Response:
    """Return the redirect to the console, or to one of its views."""
    place = f"{CONSOLE}#/{view}" if view else CONSOLE
    content = {"message": f"The console is at {place}."}
    headers = {**HEADERS, "Location": place, "Vary": "Accept", "Cache-Control": "no-store"}
    return Response(302, content, "console", "invented", headers)


def install_console(app: flask.Flask) -> None:
    """Serve the console at `/__mock/` and its files below `/__mock/console/`.

    Browsers that open a call of the control API with a view in the console are redirected there.
    """
    app.add_url_rule(f"{CONTROL_PREFIX}/{FOLDER}/<name>", view_func=console_file)
    app.before_request(_respond_to_browser)


def console_file(name: str) -> flask.Response:
    """A file of the console."""
    content = console_files().get(name)
    if content is None:
        abort(404)
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if name.endswith(".js"):
        media_type = "text/javascript"  # Some machines have another one registered.
    return flask.Response(content, mimetype=media_type, headers=HEADERS)


@cache
def console_files() -> Mapping[str, bytes]:
    """Return the files of the console by name."""
    folder = resources.files(__package__) / FOLDER
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def _respond_to_browser() -> flask.Response | None:
    """Return the console, or the redirect to a view, if the client prefers HTML."""
    path = sent_path(flask.request)
    view = VIEWS.fullmatch(path)
    if path not in {CONTROL_PREFIX, CONSOLE} and view is None:
        return None
    headers = {"accept": flask.request.headers.get("Accept", "")}
    if not prefers_html(Request(flask.request.method, path, headers=headers)):
        return None
    if path == CONSOLE:
        response = console_file(INDEX)
        response.headers["Vary"] = "Accept"
        return response
    return write_response(console_redirect(view["view"] if view else ""))
