"""Flask application: the platform, the control API, documentation pages, and error responses."""

from __future__ import annotations

import logging
import weakref

import flask
from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from leadway_mock.config.settings import Settings
from leadway_mock.control_api import control_blueprint, load_control_contract
from leadway_mock.control_api.request_reader import write_response
from leadway_mock.http.messages import header_text
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.pipeline.response_builder import outage_response
from leadway_mock.store import StoreUnavailable
from leadway_mock.util.json_text import to_json_text_unchecked
from leadway_mock.util.redaction import redact_text
from leadway_mock.web.console_pages import install_console
from leadway_mock.web.docs_pages import pages_blueprint
from leadway_mock.web.host_check import install_host_check
from leadway_mock.web.platform_api import PlatformAPI, install_platform

log = logging.getLogger(__name__)

NOTHING_HERE = "Nothing is here. GET /__mock lists what there is."
PLATFORM = "leadway_mock"
"""Key of the `PlatformAPI` among the extensions of an application."""


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
    install_platform(app, platform)
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
            message = NOTHING_HERE
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
