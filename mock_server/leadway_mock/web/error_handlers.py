"""Error responses below `/__mock`: JSON with a hint, no HTML page and no traceback."""

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
