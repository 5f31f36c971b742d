"""CORS for front ends in development: the platform sends none, so `--cors` names each origin."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from leadway_mock.http.messages import Request, Response

PREFLIGHT_RULE: Final = "cors-preflight"
METHODS: Final = "GET, POST, PUT, PATCH, DELETE"
MAX_AGE_SECONDS: Final = 600
MAX_HEADERS_CHARS: Final = 1_000
_HEADER_NAMES: Final = re.compile(r"[A-Za-z0-9-]+(?:[ \t]*,[ \t]*[A-Za-z0-9-]+)*")


class CorsPolicy:
    """Lets web pages of some origins call the platform's API and read its responses."""

    def __init__(self, origins: Collection[str]) -> None:
        self._origins = frozenset(origins)

    def respond(self, request: Request, handle: Callable[[Request], Response]) -> Response:
        """Return the response to a preflight, or that of `handle` with the headers of CORS."""
        origin = request.headers.get("origin", "")
        if origin not in self._origins:
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
