"""Checks of `Host` and `Origin`, which keep web pages away from a server on a developer's machine.

Any web page can make a browser send requests to a loopback address. The check of `Host` prevents
DNS rebinding. The control API also checks `Origin` and `Sec-Fetch-Site`, which prevents cross-site
request forgery.
"""

import re
from collections.abc import Collection

import flask
from flask import request

from leadway_mock.control_api.request_reader import is_control, sent_path, write_response
from leadway_mock.http.messages import Response
from leadway_mock.util.authority import Address, is_local, parse_authority, parse_host
from leadway_mock.util.cache import memoize

_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]+)", re.ASCII | re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_ECHO_CHARS = 80
_MAX_CACHED_HOSTS = 1_024
_MAX_CACHED_LENGTH = 200
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_ORIGIN_MESSAGE = "The control API rejects requests from web pages of other origins."
_JSON_MESSAGE = (
    "Send 'Content-Type: application/json': the control API takes nothing else, "
    "so that no web page can write to it."
)


def allowed_host(host_header: str | None, bound_host: str, allowed_names: Collection[str]) -> bool:
    """Return whether a request with this `Host` header may pass.

    DNS rebinding needs a name that the attacker controls. So loopback addresses pass, and all
    other addresses if the server is bound beyond loopback. Names pass if they always mean this
    machine (`localhost` and, by RFC 6761, names that end in `.localhost`), if the server is bound
    to that name, or if they are in `allowed_names`. Ports are ignored.
    """
    called = parse_authority(host_header or "")
    if called is None:
        return False
    bound, *named = (parse_host(name) for name in (bound_host, *allowed_names))
    if called.host in {bound, *named} or is_local(called.host):
        return True
    return not isinstance(called.host, str) and not is_local(bound)


def foreign_origin(
    origin: str | None, sec_fetch_site: str | None, host_header: str | None, scheme: str
) -> bool:
    """Return whether a request comes from a web page that this server did not serve.

    Programs send neither `Origin` nor `Sec-Fetch-Site`. A browser sends `Sec-Fetch-Site` as
    `same-origin` for a page of this server, and as `none` for an address that a person typed.
    `scheme` is `http` or `https`.
    """
    if sec_fetch_site not in {None, "same-origin", "none"}:
        return True
    if origin is None:
        return False
    match = _ORIGIN.fullmatch(origin)
    theirs = _own_origin(match["authority"], match["scheme"].lower()) if match else None
    return theirs is None or theirs != _own_origin(host_header, scheme)


class HostCheck:
    """Checks the `Host` header, which defeats DNS rebinding; see `allowed_host`."""

    def __init__(self, bound_host: str, allowed_names: Collection[str]) -> None:
        @memoize(_MAX_CACHED_HOSTS, _MAX_CACHED_LENGTH)
        def is_allowed(host: str) -> bool:
            return allowed_host(host, bound_host, allowed_names)

        self._is_allowed = is_allowed

    def error(self, host: str | None) -> Response | None:
        """Return the error response to a request with this header, or None if it is allowed."""
        if self._is_allowed(host or ""):
            return None
        return _error(403, "host-rejected", _host_message(host))


def install_host_check(app: flask.Flask, host_check: HostCheck) -> None:
    """Check `Host` on every route, and the origin of requests to the control API.

    Call it before other `before_request` functions are added, so that nothing runs earlier.
    No response has `Access-Control-Allow-Origin`, so no foreign web page can read one.
    """

    @app.before_request
    def check() -> flask.Response | None:
        error = host_check.error(request.headers.get("Host"))
        if error is None and is_control(sent_path(request)):
            error = _control_error()
        return None if error is None else write_response(error)

    @app.after_request
    def add_headers(response: flask.Response) -> flask.Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if is_control(sent_path(request)):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _control_error() -> Response | None:
    get = request.headers.get
    sent = get("Origin"), get("Sec-Fetch-Site"), get("Host")
    if foreign_origin(*sent, request.scheme) and not _is_top_level_navigation():
        return _error(403, "origin-rejected", _ORIGIN_MESSAGE)
    if request.method not in _SAFE_METHODS and request.mimetype != "application/json":
        return _error(415, "control-media-type", _JSON_MESSAGE)
    return None


def _is_top_level_navigation() -> bool:
    """Return whether a person followed a link; the page with the link cannot read the response."""
    headers = request.headers
    return (
        request.method == "GET"
        and "Origin" not in headers
        and headers.get("Sec-Fetch-Mode") == "navigate"
        and headers.get("Sec-Fetch-Dest") == "document"
    )


def _host_message(host: str | None) -> str:
    if not host:
        return "The Host header is missing: say which host is called."
    shown = re.sub(r"[^\x21-\x7e]", "?", host)[:_MAX_ECHO_CHARS]
    return (
        f"Host '{shown}' is not allowed: a web page could reach this server by a name of its own. "
        "Call it by its address, or start it with --allow-host NAME."
    )


def _error(status: int, rule: str, message: str) -> Response:
    content = {"statusCode": status, "message": message}
    headers = {"X-Mock-Rule": rule, "X-Mock-Evidence": "invented"}
    return Response(status, content, rule, "invented", headers)


def _own_origin(authority: str | None, scheme: str) -> tuple[str, str | Address, int] | None:
    called = parse_authority(authority or "")
    if called is None:
        return None
    return scheme, called.host, called.port or _DEFAULT_PORTS[scheme]
