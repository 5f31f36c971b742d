"""Errors below `/__mock`, as JSON with a sentence that helps; no page and no traceback."""

from __future__ import annotations

import logging

import flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from leadway_mock.http.headers import header_text
from leadway_mock.pipeline.response_builder import outage_response
from leadway_mock.store import StoreUnavailable
from leadway_mock.util.redaction import redact_text
from leadway_mock.web.platform_api import write_response

log = logging.getLogger(__name__)

NOTHING_HERE = "Nothing is here. GET /__mock lists what there is."


def install_errors(app: flask.Flask) -> None:
    """Respond with JSON to every error of the control API, and to every failure of the mock."""

    @app.errorhandler(HTTPException)
    def handle(error: HTTPException) -> flask.Response:
        response = flask.jsonify(
            {"statusCode": error.code, "message": _message(error), "error": error.name}
        )
        response.status_code = error.code or 500
        for name, value in error.get_headers():
            if name.lower() not in {"content-type", "content-length"}:
                response.headers[name] = value
        return response

    @app.errorhandler(StoreUnavailable)
    def wait(error: StoreUnavailable) -> flask.Response:
        return write_response(outage_response(error, uncertain=error.uncertain, message=str(error)))

    @app.errorhandler(Exception)
    def fail(error: Exception) -> tuple[flask.Response, int]:
        path = header_text(redact_text(flask.request.path))
        log.error("the mock failed on %s", path, exc_info=error)
        text = "The mock failed; its own log on standard error says why."
        return flask.jsonify({"statusCode": 500, "message": text}), 500


def _message(error: HTTPException) -> str | None:
    if error.description == NotFound.description:
        return NOTHING_HERE
    if isinstance(error, MethodNotAllowed):
        return f"This path takes {' and '.join(sorted(error.valid_methods or ()))} alone."
    return error.description
