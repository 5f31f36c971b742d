"""`leadway doctor`: checks settings, network, clock and token.

It sends an empty message to an agent that does not exist. The service checks token, version,
scope, location and body in this order, so the error shows which checks have passed.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from leadway import LeadwayError, Reply, Settings, errors
from leadway._calls import HTTPResponse, Outcome, request_body
from leadway._responses import classify, execute_call
from leadway._retries import parse_http_date
from leadway._tokens import is_vendor, looks_real
from leadway._transport import Transport
from leadway.commands import command_line
from leadway_command import print_error, print_line

PROBE_AGENT_ID: Final = "leadwaydoctor00000000000"
"""Id of no agent."""

_NOT_THE_API: Final = "Check the URL, the port, and the proxies on the way to it."
_MAX_CLOCK_SKEW_SECONDS: Final = 60.0
_CHECKS: Final[Sequence[tuple[str, tuple[type[LeadwayError], ...]]]] = [
    ("token", (errors.InvalidTokenError, errors.WrongTokenTypeError)),
    ("version", (errors.VersionHeaderError,)),
    ("scope", (errors.MissingScopeError,)),
    ("location", (errors.WrongLocationError,)),
]
"""Checks of the service, in its order, and the errors of each."""

_ACCEPTED: Final = (
    errors.InvalidRequestError,
    errors.NotFoundError,
    errors.InactiveAgentError,
    errors.RateLimitedError,
)
"""Errors of requests that passed all checks."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of one check."""

    what: str
    passed: bool | None
    """`None` if it is unknown."""

    detail: str

    def __str__(self) -> str:
        sign = {True: "ok", False: "BAD", None: "?"}[self.passed]
        return f"{sign:4}{self.what:10}{self.detail}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print all findings; return 0 if every check passed, 1 or 2 if not."""
    description = "Check settings, network, clock and token, and print how to fix what is wrong."
    parser = command_line.create_parser("doctor", description, "No agent receives a message.")
    options = parser.parse_args(arguments)
    try:
        settings = command_line.settings_from(options)
        outcome = _probe(settings)
    except LeadwayError as error:
        print_error(str(Finding("settings", passed=False, detail=command_line.error_text(error))))
        return command_line.exit_code(error)
    findings = list(examine(settings, outcome, time.time()))
    for finding in findings:
        print_line(str(finding))
    has_passed = all(finding.passed for finding in findings)
    return command_line.SUCCESS if has_passed else command_line.CHECK_FAILED


def _probe(settings: Settings) -> Outcome:
    with closing(Transport(settings)) as transport:
        return transport.send(execute_call(PROBE_AGENT_ID, request_body("", settings.location_id)))


def examine(settings: Settings, outcome: Outcome, now: float) -> Iterator[Finding]:
    """Yield the findings for the outcome of the probe."""
    result = classify(outcome)
    service = "the real service" if is_vendor(settings.base_url) else "a mock or a proxy"
    yield Finding("settings", passed=True, detail=f"{settings.base_url}, {service}")
    yield _check_network(outcome, result)
    if isinstance(outcome, HTTPResponse):
        yield _check_clock(outcome, now)
    yield from _check_token(settings, result, now)


def _check_network(outcome: Outcome, result: Reply | LeadwayError) -> Finding:
    if isinstance(result, Reply):
        detail = "an empty message got a reply, so this is not the API"
    elif _is_from_api(result):
        detail = f"response after {outcome.seconds * 1000:.0f} ms"
    else:
        detail = _text(result)
    return Finding("network", _is_from_api(result), detail)


def _is_from_api(result: Reply | LeadwayError) -> bool:
    is_known = isinstance(result, _ACCEPTED) or any(isinstance(result, e) for _, e in _CHECKS)
    return is_known and not isinstance(result, errors.RouteNotFoundError)


def _check_clock(response: HTTPResponse, now: float) -> Finding:
    sent_at = parse_http_date(response.headers.get("date", ""))
    if sent_at is None:
        return Finding("clock", passed=True, detail="not compared: the response has no Date")
    skew = now - sent_at
    if abs(skew) <= _MAX_CLOCK_SKEW_SECONDS:
        detail = f"within {_MAX_CLOCK_SKEW_SECONDS:.0f} s of the service's clock"
        return Finding("clock", passed=True, detail=detail)
    direction = "ahead" if skew > 0 else "behind"
    detail = f"{abs(skew):.0f} s {direction}: OAuth tokens will seem expired; set the clock by NTP"
    return Finding("clock", passed=False, detail=detail)


def _check_token(settings: Settings, result: Reply | LeadwayError, now: float) -> Iterator[Finding]:
    details = {
        "token": "looks real" if looks_real(settings.token) else "made up, for mocks",
        "version": settings.api_version,
        "scope": "agent-studio.write",
        "location": settings.location_id,
    }
    passed = True if _is_from_api(result) else None
    for what, kinds in _CHECKS:
        if isinstance(result, kinds):
            yield Finding(what, passed=False, detail=_token_error_text(settings, result, now))
            passed = None
        else:
            detail = details[what] if passed else "unknown, because of the error above"
            yield Finding(what, passed=passed, detail=detail)


def _token_error_text(settings: Settings, error: LeadwayError, now: float) -> str:
    seconds = _seconds_since_expiry(settings, now)
    if isinstance(error, errors.InvalidTokenError) and seconds is not None:
        return f"the OAuth token expired {seconds:.0f} s ago: refresh it"
    return _text(error)


def _text(error: LeadwayError) -> str:
    text = command_line.error_text(error)
    if error.hint.startswith(errors.MAY_HAVE_RECEIVED):  # The probe reaches no agent.
        return text.removesuffix(error.hint) + _NOT_THE_API
    return text.removesuffix(errors.RUN_DOCTOR)


def _seconds_since_expiry(settings: Settings, now: float) -> float | None:
    """Return the seconds since a JSON Web Token expired; `None` if it is valid, or no JWT."""
    parts = settings.token.reveal().split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
        expires = float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError):
        return None
    return now - expires if expires < now else None
