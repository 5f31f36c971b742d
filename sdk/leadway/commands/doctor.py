"""`leadway doctor`: what is wrong with settings, network, clock, token, and how to cure it.

It sends one message that no agent can hear: an empty one, to an agent that does not exist. The
service looks at token, version, scope, location and body in this order, so what it complains about
says how far the request came.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

from leadway.calls import Call, request_body
from leadway.commands.exits import ANSWERED, UNWELL, exit_code
from leadway.commands.options import parser, settings_of
from leadway.commands.terminal import complain, say
from leadway.destinations import is_vendor, looks_real
from leadway.errors import (
    InactiveAgentError,
    InvalidRequestError,
    InvalidTokenError,
    LeadwayError,
    MissingScopeError,
    NotFoundError,
    RateLimitedError,
    UnknownRouteError,
    VersionHeaderError,
    WrongLocationError,
)
from leadway.exchange import judged
from leadway.outcomes import Answer, Outcome
from leadway.replies import Reply
from leadway.settings import Settings
from leadway.transport import Transport

NOBODY: Final = "leadwaydoctor00000000000"
"""No agent's id."""

_TOLERATED_SKEW: Final = 60.0
_GATES: Final[Sequence[tuple[str, type[LeadwayError]]]] = [
    ("token", InvalidTokenError),
    ("version", VersionHeaderError),
    ("scope", MissingScopeError),
    ("location", WrongLocationError),
]
"""What the service looks at, in its order, and what it says when it does not like it."""

_REFERRAL: Final = re.compile(r"[;,]? `leadway doctor`[^.]*")

_PASSED: Final = (InvalidRequestError, NotFoundError, InactiveAgentError, RateLimitedError)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: well, unwell, or (`None`) not known."""

    what: str
    well: bool | None
    told: str

    def __str__(self) -> str:
        sign = {True: "ok", False: "BAD", None: "?"}[self.well]
        return f"{sign:4}{self.what:10}{self.told}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Look at everything, print what was found, and return 0 when all is well, 1 or 2 if not."""
    about = "Say what is wrong with settings, network, clock, token, and how to cure it."
    given = parser("doctor", about, "No agent hears anything of it.").read(arguments)
    try:
        settings = settings_of(given)
        outcome = _probe(settings)
    except LeadwayError as error:
        complain(str(Finding("settings", well=False, told=error.on_command_line())))
        return exit_code(error)
    return _examine(settings, outcome)


def _examine(settings: Settings, outcome: Outcome) -> int:
    findings = list(examine(settings, outcome, time.time()))
    for finding in findings:
        say(str(finding))
    return ANSWERED if all(finding.well for finding in findings) else UNWELL


def _probe(settings: Settings) -> Outcome:
    transport = Transport(settings)
    try:
        return transport.send(Call(NOBODY, request_body("", settings.location_id)))
    finally:
        transport.close()


def examine(settings: Settings, outcome: Outcome, now: float) -> Iterator[Finding]:
    """Yield what the settings and the outcome of the probe tell."""
    verdict = judged(outcome)
    where = "the real service" if is_vendor(settings.base_url) else "a mock or a proxy"
    yield Finding("settings", well=True, told=f"{settings.base_url}, {where}")
    yield _network(outcome, verdict)
    if isinstance(outcome, Answer):
        yield _clock(outcome, now)
    yield from _gates(settings, verdict, now)


def _network(outcome: Outcome, verdict: Reply | LeadwayError) -> Finding:
    if isinstance(verdict, Reply):
        told = "something answered an empty message, so it is not the API"
        return Finding("network", well=False, told=told)
    if not _came_from_the_api(verdict):
        return Finding("network", well=False, told=_said(verdict))
    return Finding("network", well=True, told=f"an answer after {outcome.seconds * 1000:.0f} ms")


def _came_from_the_api(error: Reply | LeadwayError) -> bool:
    gates = tuple(refusal for _, refusal in _GATES)
    return isinstance(error, (*gates, *_PASSED)) and not isinstance(error, UnknownRouteError)


def _clock(answer: Answer, now: float) -> Finding:
    try:
        skew = now - parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (IndexError, OverflowError, TypeError, ValueError):
        return Finding("clock", well=True, told="the service did not say what time it has")
    if abs(skew) <= _TOLERATED_SKEW:
        return Finding("clock", well=True, told=f"within {_TOLERATED_SKEW:.0f} s of the service's")
    direction = "ahead" if skew > 0 else "behind"
    told = f"{abs(skew):.0f} s {direction}: OAuth tokens will seem expired; set the clock by NTP"
    return Finding("clock", well=False, told=told)


def _gates(settings: Settings, verdict: Reply | LeadwayError, now: float) -> Iterator[Finding]:
    well = True if _came_from_the_api(verdict) else None
    for what, refusal in _GATES:
        if isinstance(verdict, refusal):
            yield Finding(what, well=False, told=_cure(settings, verdict, now))
            well = None
        else:
            told = _detail(what, settings) if well else "not known, for the reason above"
            yield Finding(what, well=well, told=told)


def _cure(settings: Settings, error: LeadwayError, now: float) -> str:
    expired = _expired_since(settings, now)
    if isinstance(error, InvalidTokenError) and expired is not None:
        return f"the OAuth token has expired {expired:.0f} s ago: refresh it"
    return _said(error)


def _said(error: LeadwayError) -> str:
    # Nobody is sent to the doctor who is there already.
    return _REFERRAL.sub("", error.on_command_line())


def _detail(what: str, settings: Settings) -> str:
    details = {
        "token": "looks real" if looks_real(settings.token) else "made up, for mocks",
        "version": settings.api_version,
        "scope": "agent-studio.write",
        "location": settings.location_id,
    }
    return details[what]


def _expired_since(settings: Settings, now: float) -> float | None:
    """Return how long ago a JSON Web Token has expired; `None` if it has not, or is none."""
    parts = settings.token.reveal().split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
        expires = float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError):
        return None
    return now - expires if expires < now else None
