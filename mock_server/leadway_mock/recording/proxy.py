"""Recording proxy: a WSGI application that passes requests on to one origin.

It holds no credentials: a client sends its own. Web pages are kept away by the checks of `Host`
and `Origin`, as from the mock.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from leadway_mock.http_server.responses import status_line
from leadway_mock.recording.exchanges import Exchange, Headers, SentRequest, UpstreamFailure
from leadway_mock.recording.redacted import RecordingError, RedactedJson
from leadway_mock.recording.upstream import Upstream
from leadway_mock.util.authority import is_local, parse_authority

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)

SAFE_IN_PATH: Final = "/:@!$&'()*+,;=~-._"
_SERVERS_OWN: Final = frozenset({"content-length", "date"})
_UNPREFIXED: Final = {"CONTENT_TYPE": "content-type"}
_FOREIGN: Final = "The recorder takes requests from programs on this machine only."
_FAILED: Final = "The recorder failed; the service may have processed the request."


class RecordingProxy:
    """WSGI application that passes each request on, and gives the exchange to `record`.

    `record` returns it redacted, for the log, or raises `RecordingError` if it cannot be saved; the
    client gets its response in any case.
    """

    def __init__(self, upstream: Upstream, record: Callable[[Exchange], RedactedJson]) -> None:
        self._upstream = upstream
        self._record = record

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Handle a request. Errors are logged by the name of their class, without texts."""
        if not _is_local(environ):
            return _respond_with_error(start_response, 403, _FOREIGN)
        try:
            exchange = self._upstream.send(sent_request(environ))
            self._save(exchange)
        except Exception as error:  # noqa: BLE001 - its text may have private data of the request
            log.error("The recorder failed: %s.", type(error).__name__)  # noqa: TRY400 - no traceback
            return _respond_with_error(start_response, 500, _FAILED)
        response = exchange.response
        if response is None:
            status = 504 if exchange.failure is UpstreamFailure.TIMEOUT else 502
            text = f"{self._upstream.origin} sent no response ({exchange.failure})"
            return _respond_with_error(
                start_response, status, f"{text}; this one is the recorder's."
            )
        headers = tuple(
            (name, value) for name, value in response.headers if name.lower() not in _SERVERS_OWN
        )
        return _respond(start_response, response.status, headers, response.body)

    def _save(self, exchange: Exchange) -> None:
        try:
            request = self._record(exchange).value["request"]
        except RecordingError as error:
            log.error("%s", error)  # noqa: TRY400 - it is for users
            return
        outcome = exchange.response.status if exchange.response else exchange.failure
        log.info("%s %s %s, %.2f s", request["method"], request["path"], outcome, exchange.seconds)


def sent_request(environ: WSGIEnvironment) -> SentRequest:
    """Return the request of a WSGI environment; its path is encoded again."""
    path = environ.get("PATH_INFO", "").encode("latin-1")
    names = ((_UNPREFIXED.get(name), name, value) for name, value in environ.items())
    headers = tuple(
        (plain or name.removeprefix("HTTP_").replace("_", "-").lower(), str(value))
        for plain, name, value in names
        if plain or name.startswith("HTTP_")
    )
    return SentRequest(
        method=environ["REQUEST_METHOD"],
        path=quote(path, SAFE_IN_PATH) or "/",
        query=quote(environ.get("QUERY_STRING", ""), f"{SAFE_IN_PATH}?%[]", encoding="latin-1"),
        headers=headers,
        body=environ["wsgi.input"].read(),
    )


def _is_local(environ: WSGIEnvironment) -> bool:
    """Return whether `Host` is this machine, and `Origin`, if there is one, is too."""
    origin = environ.get("HTTP_ORIGIN")
    hosts = [environ.get("HTTP_HOST", "")]
    if origin is not None:
        try:
            hosts.append(urlsplit(origin).netloc)
        except ValueError:
            return False
    called = map(parse_authority, hosts)
    return all(each is not None and is_local(each.host) for each in called)


def _respond(
    start_response: StartResponse, status: int, headers: Headers, body: bytes
) -> Iterable[bytes]:
    start_response(status_line(status), list(headers))
    return [body]


def _respond_with_error(
    start_response: StartResponse, status: int, message: str
) -> Iterable[bytes]:
    headers = (("Content-Type", "application/json; charset=utf-8"),)
    body = json.dumps({"statusCode": status, "message": message}).encode()
    return _respond(start_response, status, headers, body)
