"""Target of probes over HTTP: the real service, or a mock in another process."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

from leadway_mock.http.messages import Request
from leadway_mock.recording.exchanges import SentRequest, UpstreamFailure, header_map
from leadway_mock.recording.upstream import Upstream
from leadway_mock.recording.verification.observed import TargetResponse
from leadway_mock.recording.verification.probe_sender import TargetError

_REASONS: Final[Mapping[UpstreamFailure, str]] = {
    UpstreamFailure.CONNECT: "no connection",
    UpstreamFailure.TLS: "no valid TLS certificate",
    UpstreamFailure.TIMEOUT: "no response in time",
    UpstreamFailure.DISCONNECT: "the connection ended before the response did",
    UpstreamFailure.INVALID: "the response is no HTTP",
    UpstreamFailure.TOO_LARGE: "the response is too large",
}


class HttpTarget:
    """Sends probes to one origin.

    Args:
        upstream: client for the origin, which the caller closes.
        sleep: lets time pass.
    """

    def __init__(self, upstream: Upstream, sleep: Callable[[float], None] = time.sleep) -> None:
        self._upstream = upstream
        self._sleep = sleep

    def send(self, request: Request) -> TargetResponse:
        """Return the response; raises `TargetError`."""
        sent = SentRequest(
            request.method,
            quote(request.path, safe="/"),
            request.query,
            tuple(request.headers.items()),
            request.body,
        )
        exchange = self._upstream.send(sent)
        if exchange.response is None:
            raise TargetError(_REASONS.get(exchange.failure or UpstreamFailure.INVALID, "none"))
        response = exchange.response
        return TargetResponse(response.status, header_map(response.headers), response.body)

    def wait(self, seconds: float) -> None:
        """Sleep."""
        self._sleep(seconds)
