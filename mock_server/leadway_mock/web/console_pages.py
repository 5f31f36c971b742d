"""The console: static files for browsers, which call the control API and the platform.

A report is the console with the data of a mock, as one HTML file that needs no server.
"""

from __future__ import annotations

import json
import mimetypes
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any, Final
from urllib.parse import quote

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

MAX_SESSIONS: Final = 1_000
MAX_PAGE: Final = 1_000

PLAIN: Final = ("health", "clock", "conformance", "behaviours")
"""Calls of the control API whose responses a report contains as they are."""

_IMPORT: Final = re.compile(
    r'^import (?P<names>\{[^}]*\}|\* as \w+) from "\./(?P<file>[\w.]+)";\n', re.MULTILINE
)
_EXPORT: Final = re.compile(
    r"^export (?P<rest>(?:async )?(?:function|const) (?P<name>\w+))", re.MULTILINE
)

Get = Callable[[str], Any]
"""Returns the JSON of a GET of the control API, whose path begins after `/__mock`."""


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


def collect(get: Get) -> dict[str, Any]:
    """Return the data of a report: sessions, journal, conformance and behaviours."""
    data = {name: get(f"/{name}") for name in PLAIN}
    data["sessions"] = get(f"/sessions?order=newest&limit={MAX_SESSIONS}")["sessions"]
    data["entries"] = list(_pages(get, "/journal?", "entries"))
    data["transcripts"] = {}
    for session in data["sessions"]:
        path = f"/sessions/{quote(session['executionId'], safe='')}?"
        data["transcripts"][session["executionId"]] = {
            **session,
            "transcript": list(_pages(get, path, "transcript")),
        }
    return data


def report_html(data: Mapping[str, Any]) -> str:
    """Return the report as HTML, whose policy allows no connection and no other script."""
    files = {name: content.decode() for name, content in console_files().items()}
    catalogues = {name: json.loads(files[f"{name}.json"]) for name in ("en", "es")}
    script, style = bundle(files), files["console.css"]
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(style)}",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    embedded = json.dumps({**data, "catalogues": catalogues}).replace("<", r"\u003c")
    page = re.sub(r"<(?:link|script) [^>]*>(?:</script>)?\n", "", files[INDEX])
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<style>{style}</style>\n'
    )
    tail = (
        f'<script type="application/json" id="report">{embedded}</script>\n'
        f'<script type="module">{script}</script>\n'
    )
    page = page.replace("<title>", f"{head}<title>", 1)
    return page.replace("</body>", f"{tail}</body>", 1)


def bundle(files: Mapping[str, str]) -> str:
    """Return the modules of the console as one: each a function that returns its exports."""
    parts = ["\nconst modules = {};\n"]
    written: set[str] = set()

    def write(name: str) -> None:
        if name in written:
            return
        written.add(name)
        source = files[name]
        for found in _IMPORT.finditer(source):
            write(found["file"])
        body = _IMPORT.sub(_import_line, source)
        exports = ", ".join(found["name"] for found in _EXPORT.finditer(source))
        body = _EXPORT.sub(r"\g<rest>", body)
        parts.append(f"modules[{name!r}] = (() => {{\n{body}return {{ {exports} }};\n}})();\n")

    write("app.js")
    return "".join(parts)


def _import_line(found: re.Match[str]) -> str:
    names = found["names"].removeprefix("* as ").replace(" as ", ": ")
    return f"const {names} = modules[{found['file']!r}];\n"


def _pages(get: Get, path: str, name: str) -> Iterator[Any]:
    after: int | None = 0
    while after is not None:
        page = get(f"{path}after={after}&limit={MAX_PAGE}")
        yield from page[name]
        after = page["next"]


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
