"""Sends probes to one side, the mock in this process or a target, within pace and budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import quote

from leadway_mock.http.messages import Request
from leadway_mock.recording.exchanges import SentRequest, UpstreamFailure, header_map
from leadway_mock.recording.upstream import Upstream
from leadway_mock.recording.verification.observed import (
    NoJsonError,
    ResponseNormalizer,
    TargetResponse,
)
from leadway_mock.recording.verification.probe import MissingValueError, Probe

INTERVAL_SECONDS: Final = 0.5
"""Time between two requests: 20 in 10 seconds, where test accounts allow 25 (documented)."""

MAX_ATTEMPTS: Final = 3
MAX_RETRY_SECONDS: Final = 60.0
USUAL_RETRY_SECONDS: Final = 10.0
"""Limits of the retries after a 429."""

MAX_FAILURES: Final = 3
"""After so many failures in a row to get any response, no more requests are sent."""

PROXY_STATUSES: Final = frozenset({502, 503, 504, *range(520, 530)})
"""Statuses of a proxy in front of the service, which say nothing about its behaviour."""

SLOW_BACKEND: Final = "Command timed out"
"""Message of a 401 that is no error of the token (observed)."""

_REASONS: Final[Mapping[UpstreamFailure, str]] = {
    UpstreamFailure.CONNECT: "no connection",
    UpstreamFailure.TLS: "no valid TLS certificate",
    UpstreamFailure.TIMEOUT: "no response in time",
    UpstreamFailure.DISCONNECT: "the connection ended before the response did",
    UpstreamFailure.INVALID: "the response is no HTTP",
    UpstreamFailure.TOO_LARGE: "the response is too large",
}


class TargetError(Exception):
    """The target cannot be reached, or does not speak HTTP; the text says why."""


class Target(Protocol):
    """Where probes are sent."""

    def send(self, request: Request) -> TargetResponse:
        """Return the response; raises `TargetError`."""

    def wait(self, seconds: float) -> None:
        """Let time pass."""


class HttpTarget:
    """Sends probes to one origin; the caller closes its client."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

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
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class ProbeResponse:
    """What a side did on a probe: its normalized response, or why there is none."""

    response: Mapping[str, Any] | None = None
    rule: str = ""
    reason: str = ""
    was_asked: bool = True


@dataclass(slots=True)
class Budget:
    """How many times the agent may run; None is any number. `used` counts runs so far."""

    max_runs: int | None = None
    used: int = 0

    @property
    def is_used_up(self) -> bool:
        """Whether no more requests may be sent that could run the agent."""
        return self.max_runs is not None and self.used >= self.max_runs


@dataclass(slots=True)
class ProbeSender:
    """Requests to one side, in order; later probes refer to the responses of earlier ones.

    `values` are the user's, by name, such as `agent`. A request is sent at most every
    `interval_seconds`, and again after a 429.
    """

    target: Target
    values: Mapping[str, str]
    budget: Budget = field(default_factory=Budget)
    interval_seconds: float = 0.0
    now: Callable[[], float] = time.monotonic
    _bodies: dict[str, Any] = field(init=False)
    _normalizer: ResponseNormalizer = field(init=False)
    _failures: int = field(default=0, init=False)
    _sent_at: float = field(default=float("-inf"), init=False)

    def __post_init__(self) -> None:
        self._bodies = dict(self.values)
        self._normalizer = ResponseNormalizer(self.values)

    def observe_all(self, probes: Iterable[Probe]) -> dict[str, ProbeResponse]:
        """Return the observation of each probe, by name."""
        return {each.name: self.observe(each) for each in probes}

    def observe(self, probe: Probe) -> ProbeResponse:
        """Send a probe; return the response, or why there is none."""
        if self._failures >= MAX_FAILURES:
            reason = f"not sent: the target did not respond {MAX_FAILURES} times in a row"
            return ProbeResponse(reason=reason)
        if probe.may_run_agent and self.budget.is_used_up:
            reason = f"the budget of {self.budget.max_runs} agent runs is used up"
            return ProbeResponse(reason=reason, was_asked=False)
        try:
            request = probe.build_request(self._bodies)
            if probe.wait_seconds:
                self.target.wait(probe.wait_seconds)
            response = self.send(request)
        except MissingValueError as error:
            return ProbeResponse(reason=str(error))
        except TargetError as error:
            self._failures += 1
            return ProbeResponse(reason=str(error))
        self._failures = 0
        if probe.may_run_agent and response.status == HTTPStatus.OK:
            self.budget.used += 1
        return self._read(probe, request, response)

    def send(self, request: Request) -> TargetResponse:
        """Return the response, after up to three attempts; raises `TargetError`."""
        for attempt in range(1, MAX_ATTEMPTS + 1):
            pause = self._sent_at + self.interval_seconds - self.now()
            if pause > 0:
                self.target.wait(pause)
            self._sent_at = self.now()
            response = self.target.send(request)
            if response.status != HTTPStatus.TOO_MANY_REQUESTS or attempt == MAX_ATTEMPTS:
                break
            text = response.headers.get("retry-after", "")
            seconds = float(text) if text.isdecimal() else USUAL_RETRY_SECONDS
            self.target.wait(min(seconds, MAX_RETRY_SECONDS))
        return response

    def _read(self, probe: Probe, request: Request, response: TargetResponse) -> ProbeResponse:
        try:
            body = response.json()
            normalized = self._normalizer.normalize(probe, request, response, body)
        except NoJsonError as error:
            return ProbeResponse(reason=f"{response.status} with {error}")
        except RecursionError:
            return ProbeResponse(reason=f"{response.status} with a body that is nested too deeply")
        if unusable := _unusable(response.status, body):
            return ProbeResponse(reason=unusable)
        self._bodies[probe.name] = body
        return ProbeResponse(normalized, response.rule)


def _unusable(status: int, body: object) -> str:
    """Return why a response says nothing about the service's behaviour, or an empty text."""
    if status in PROXY_STATUSES:
        return f"{status}, which a proxy sends while the service is unavailable"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return f"429 in each of {MAX_ATTEMPTS} attempts"
    if (
        status == HTTPStatus.UNAUTHORIZED
        and isinstance(body, dict)
        and body.get("message") == SLOW_BACKEND
    ):
        return f"401 {SLOW_BACKEND}: a backend was too slow"
    return ""
