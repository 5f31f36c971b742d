"""Flask application: the platform, the control API, documentation pages, and error responses."""

from __future__ import annotations

import logging
import re
import time
import weakref
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

import flask
from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from leadway_mock.config.settings import Settings
from leadway_mock.control_api import control_blueprint, load_control_contract
from leadway_mock.control_api.request_reader import (
    is_control,
    read_request,
    sent_path,
    write_response,
)
from leadway_mock.http.messages import Request, Response, header_text
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.pipeline.hot_reload import hot_reloader_for
from leadway_mock.pipeline.pipeline import LARGE_BODIES, body_limit
from leadway_mock.pipeline.response_builder import outage_response
from leadway_mock.store import StoreUnavailable, WouldBlock
from leadway_mock.util.certificates import VENDOR_HOST
from leadway_mock.util.json_text import to_json_text_unchecked
from leadway_mock.util.redaction import redact_text
from leadway_mock.web.console_pages import console_redirect, install_console, prefers_html
from leadway_mock.web.docs_pages import pages_blueprint
from leadway_mock.web.host_check import HostCheck, install_host_check

log = logging.getLogger(__name__)

PLATFORM = "leadway_mock"
"""Key of the `PlatformAPI` among the extensions of an application."""

PREFLIGHT_RULE: Final = "cors-preflight"
METHODS: Final = "GET, POST, PUT, PATCH, DELETE"
MAX_AGE_SECONDS: Final = 600
MAX_HEADERS_CHARS: Final = 1_000
_HEADER_NAMES: Final = re.compile(r"[A-Za-z0-9-]+(?:[ \t]*,[ \t]*[A-Za-z0-9-]+)*")


class JSONProvider(DefaultJSONProvider):
    """Flask's JSON support with the mock's faster writer."""

    def dumps(self, obj: object, **_: object) -> str:
        """Return `obj` as compact JSON text."""
        return to_json_text_unchecked(obj)


def create_app(
    settings: Settings | None = None, *, emulator: Emulator | None = None
) -> flask.Flask:
    """Return the Flask application: the platform outside `/__mock`, the mock's own API below it.

    It runs under any WSGI server and in `test_client()`. The mock's HTTP server passes platform
    requests to the pipeline directly; see `server.open_server`.

    The caller closes an `emulator` that it passes. Without one the application builds its own, and
    closes it when the application is garbage-collected or the process exits.
    """
    app = Flask("leadway_mock", static_folder=None)
    if emulator is None:
        emulator = build_emulator(settings)
        weakref.finalize(app, emulator.close)
    platform = PlatformAPI(emulator)
    app.json = JSONProvider(app)
    app.url_map.merge_slashes = False  # Werkzeug would redirect `//` with an HTML page.
    install_host_check(app, platform.host_check)
    _install_platform(app, platform)
    app.before_request(platform.reloading.check)
    _install_errors(app)
    control = load_control_contract()
    app.register_blueprint(control_blueprint(emulator, control))
    app.register_blueprint(pages_blueprint(lambda: platform.emulator.contract, control.source))
    if emulator.settings.console:
        install_console(app)
    app.extensions[PLATFORM] = platform
    return app


def _install_errors(app: Flask) -> None:
    """Respond with JSON to every error of the control API and of the mock itself."""

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> flask.Response:
        message = error.description
        if message == NotFound.description:
            message = "Nothing is here. GET /__mock lists what there is."
        elif isinstance(error, MethodNotAllowed):
            message = f"This path takes {' and '.join(sorted(error.valid_methods or ()))} alone."
        content = {"statusCode": error.code, "message": message, "error": error.name}
        response = flask.jsonify(content)
        response.status_code = error.code or 500
        for name, value in error.get_headers():
            if name.lower() not in {"content-type", "content-length"}:
                response.headers[name] = value
        return response

    @app.errorhandler(StoreUnavailable)
    def store_unavailable(error: StoreUnavailable) -> flask.Response:
        return write_response(outage_response(error, uncertain=error.uncertain, message=str(error)))

    @app.errorhandler(Exception)
    def mock_failure(error: Exception) -> tuple[flask.Response, int]:
        path = header_text(redact_text(flask.request.path))
        log.error("the mock failed on %s", path, exc_info=error)
        text = "The mock failed; its own log on standard error says why."
        return flask.jsonify({"statusCode": 500, "message": text}), 500


def respond_with_cors(
    origins: Collection[str], request: Request, handle: Callable[[Request], Response]
) -> Response:
    """Return the response to a preflight, or that of `handle` with the headers of CORS.

    So web pages of these origins can call the platform's API and read its responses. The platform
    has no such headers; they are for front ends in development.
    """
    origin = request.headers.get("origin", "")
    if origin not in origins:
        return handle(request)
    if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
        return _preflight_response(origin, request)
    response = handle(request)
    more = {**_origin_headers(origin), "Access-Control-Expose-Headers": "*"}
    return replace(response, headers={**response.headers, **more})


def _preflight_response(origin: str, request: Request) -> Response:
    headers = {
        **_origin_headers(origin),
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Max-Age": str(MAX_AGE_SECONDS),
        "X-Mock-Rule": PREFLIGHT_RULE,
        "X-Mock-Evidence": "invented",
    }
    names = request.headers.get("access-control-request-headers", "")
    if len(names) <= MAX_HEADERS_CHARS and _HEADER_NAMES.fullmatch(names):
        headers["Access-Control-Allow-Headers"] = names
    return Response(204, "", PREFLIGHT_RULE, "invented", headers, media_type="text/plain")


def _origin_headers(origin: str) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


class PlatformAPI:
    """Responds to every path outside `/__mock`, the unknown ones included.

    The emulator routes by the contract, so neither Flask's routing nor another one is needed.
    """

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        settings = emulator.settings
        limits = {
            each.path.partition("{")[0]: body_limit(each, settings)
            for each in emulator.contract.operations
            if each.id in LARGE_BODIES
        }
        self._limits = tuple(limits.items())
        vendor = (VENDOR_HOST,) if settings.tls else ()
        self.host_check = HostCheck(settings.host, (*settings.allow_host, *vendor))
        self._origins = frozenset(settings.cors)
        self.reloading = hot_reloader_for(emulator)
        self._has_console = settings.console

    def takes(self, path: str) -> bool:
        """Return whether `path`, as it was sent, is the platform's and not the mock's own."""
        return not is_control(path)

    def max_body(self, path: str) -> int:
        """Return how many bytes the body of a request to `path` may have."""
        for start, limit in self._limits:
            if path == start or (start.endswith("/") and path.startswith(start)):
                return limit
        return self.emulator.settings.max_body_bytes

    def respond_at_once(self, request: Request) -> Response | None:
        """Do what `respond` does; return None, with no turn stored, where that would wait."""
        if self.reloading.is_due:
            return None
        request.may_block = False
        try:
            with self.emulator.without_waiting():
                return self.respond(request)
        except WouldBlock:
            return None
        finally:
            request.may_block = True

    def respond(self, request: Request) -> Response:
        """Check the `Host` header, reload changed files, and respond.

        A browser that opens `/` is redirected to the console.
        """
        error = self.host_check.error(request.headers.get("host"))
        if error is not None:
            return error
        if request.path == "/" and self._has_console and prefers_html(request):
            return console_redirect()
        self.reloading.check()
        if self._origins:
            return respond_with_cors(self._origins, request, self.emulator.handle)
        return self.emulator.handle(request)


def _install_platform(app: flask.Flask, platform: PlatformAPI) -> None:
    """Let `platform` respond to every path outside `/__mock`.

    Only the mock's HTTP server can cause a transport fault, and it does not call Flask for this.
    """

    @app.before_request
    def respond() -> flask.Response | None:
        path = sent_path(flask.request)
        if not platform.takes(path):
            return None
        request = read_request(flask.request, platform.max_body(path))
        response = platform.respond(request)
        time.sleep(response.delay)
        return write_response(_needs_server(response) if response.transport else response)


def _needs_server(response: Response) -> Response:
    message = (
        f"The fault {response.transport} needs the mock's HTTP server, but this request came in "
        "process or through another server. Start the mock with `leadway mock`, or with "
        "leadway_mock.web.server.open_server."
    )
    log.error("%s", message)
    return replace(
        response,
        status=500,
        content={"statusCode": 500, "message": message},
        headers={
            **response.headers,
            "X-Mock-Rule": "fault-needs-server",
            "X-Mock-Evidence": "invented",
        },
    )
