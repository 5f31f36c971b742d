"""Sending probes: what cannot be compared, the budget, the pace, retries and references."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from leadway_mock.cli.reference_mock import MOCK_VALUES, mock_sender
from leadway_mock.http.messages import Request
from leadway_mock.recording.verification.observed import TargetResponse
from leadway_mock.recording.verification.probe import MissingValueError, Probe
from leadway_mock.recording.verification.probe_sender import (
    Budget,
    ProbeSender,
    TargetError,
)
from leadway_mock.recording.verification.probes import PROBES
from leadway_mock.recording.verification.verifier import (
    ProbeResult,
    Verdict,
    admission_error,
    count_runs,
    verify,
)
from tests.mock.recording.verification.targets import SecondMock, contract

JSON = {"content-type": "application/json"}
HTML = TargetResponse(403, {"content-type": "text/html"}, b"<html>Cloudflare</html>")
NAMES = ("first-message", "session-continues", "no-token")


@dataclass
class Script:
    """Target that sends prepared responses, and raises those that are errors."""

    responses: Iterator[TargetResponse | Exception]
    waits: list[float] = field(default_factory=list)
    sent: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> TargetResponse:
        self.sent.append(request)
        response = next(self.responses)
        if isinstance(response, Exception):
            raise response
        return response

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)


def repeat(response: TargetResponse | Exception) -> Iterator[TargetResponse | Exception]:
    while True:
        yield response


def run(sender: ProbeSender, *names: str) -> list[ProbeResult]:
    probes = [PROBES[name] for name in names or NAMES]
    return list(verify(probes, mock_sender(contract()).observe_all(probes), sender))


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (HTML, "403 with a body of the type text/html"),
        (TargetResponse(404), "404 with a body of the type unknown"),
        (TargetResponse(200, JSON, b"{"), "200 with a body that is no valid JSON"),
        (TargetResponse(502, JSON, b"{}"), "502, which a proxy sends while the service is"),
        (TargetResponse(522, JSON, b"{}"), "522, which a proxy sends"),
        (
            TargetResponse(401, JSON, b'{"message": "Command timed out"}'),
            "401 Command timed out: a backend was too slow",
        ),
        (TargetResponse(429, JSON, b"{}"), "429 in each of 3 attempts"),
        (TargetError("no connection"), "no connection"),
    ],
)
def test_what_cannot_be_compared_is_no_verdict(
    response: TargetResponse | Exception, reason: str
) -> None:
    (result,) = run(ProbeSender(Script(repeat(response)), MOCK_VALUES), "no-token")
    assert result.verdict is Verdict.COULD_NOT_LOOK
    assert result.reason.startswith(reason)
    assert result.differences == ()


def test_a_probe_without_the_response_that_it_needs_could_not_look() -> None:
    script = Script(repeat(TargetResponse(200, JSON, b'{"success": true}')))
    first, second, _ = run(ProbeSender(script, MOCK_VALUES))
    assert first.verdict is Verdict.DIFFERS
    assert second.verdict is Verdict.COULD_NOT_LOOK
    assert second.reason == "the response of first-message has no /executionId"


def test_an_unreachable_target_gets_three_requests() -> None:
    script = Script(repeat(TargetError("no connection")))
    names = [name for name, probe in PROBES.items() if len(probe.references) == 3][:6]
    results = run(ProbeSender(script, MOCK_VALUES), *names)
    assert {each.verdict for each in results} == {Verdict.COULD_NOT_LOOK}
    assert len(script.sent) == 3
    assert results[-1].reason == "not sent: the target did not respond 3 times in a row"


def test_values_that_are_missing_are_named_and_nothing_is_sent() -> None:
    second = SecondMock()
    values = {name: MOCK_VALUES[name] for name in ("token", "location", "agent")}
    results = run(ProbeSender(second, values), "token-without-scope", "session-of-another-agent")
    assert [each.verdict for each in results] == [Verdict.NOT_ASKED] * 2
    assert results[0].reason == "needs the variable LEADWAY_UNSCOPED_TOKEN"
    assert results[1].reason == "needs --other-agent"
    assert second.requests == []


def test_a_probe_that_needs_one_that_was_not_asked_is_not_asked() -> None:
    second = SecondMock()
    sender = ProbeSender(second, MOCK_VALUES, Budget(0))
    first, continued, no_token = run(sender)
    assert first.reason == "the budget of 0 agent runs is used up"
    assert (first.verdict, continued.verdict) == (Verdict.NOT_ASKED, Verdict.NOT_ASKED)
    assert continued.reason == "needs the response of first-message"
    assert no_token.verdict is Verdict.NOT_ASKED  # It would run the agent if it were accepted.
    assert second.requests == []


def test_the_budget_counts_runs_of_the_agent_and_not_requests() -> None:
    sender = ProbeSender(SecondMock(), MOCK_VALUES, Budget(2))
    results = run(sender, "no-token", "no-message", *NAMES, "same-message-again")
    assert [each.verdict.value for each in results] == [*["agrees"] * 4, *["not asked"] * 2]
    assert sender.budget.used == 2


def test_costs_are_known_before() -> None:
    probes = [PROBES[name] for name in (*NAMES, "list-agents", "key-sent-again")]
    expected = mock_sender(contract()).observe_all(probes)
    assert count_runs(expected) == 3
    assert sum(each.may_run_agent for each in probes) == 4


def test_requests_keep_their_distance() -> None:
    moments = iter([0.0, 0.0, 0.2, 0.5, 1.5, 1.5])
    script = Script(repeat(TargetResponse(200, JSON, b"{}")))
    sender = ProbeSender(script, {}, interval_seconds=0.5, now=lambda: next(moments))
    for _ in range(3):
        sender.send(Request("GET", "/"))
    assert script.waits == [pytest.approx(0.3)]


def test_a_429_is_sent_again_after_its_time() -> None:
    limited = TargetResponse(429, {**JSON, "retry-after": "7"}, b"{}")
    endless = replace(limited, headers={**JSON, "retry-after": "9999"})
    script = Script(iter([limited, endless, TargetResponse(200, JSON, b"{}")]))
    assert ProbeSender(script, {}).send(Request("GET", "/")).status == 200
    assert script.waits == [7.0, 60.0]


@pytest.mark.parametrize(
    ("target", "error"),
    [
        (SecondMock, ""),
        (lambda: Script(repeat(HTML)), "403 with a body of the type text/html"),
        (
            lambda: Script(repeat(TargetResponse(401, JSON, b'{"message": "Invalid JWT"}'))),
            "the target rejects the token or the location: 401 Invalid JWT",
        ),
    ],
)
def test_a_target_that_rejects_the_token_is_not_compared(
    target: Callable[[], SecondMock | Script], error: str
) -> None:
    assert admission_error(ProbeSender(target(), MOCK_VALUES)) == error


def test_references_are_replaced_in_path_query_headers_and_body() -> None:
    probe = Probe(
        "p",
        (),
        {"a": ["{x/list/0}"], "b": "in {x/text}", "c": "{x/list}", "d": "{not a reference}"},
        path="/a/{x/text}",
        query="q={x/text}",
        headers={"k": "{x/text}", "version": None},
        bearer="x",
    )
    request = probe.build_request({"x": {"list": [1, None], "text": "é"}})
    assert (request.path, request.query) == ("/a/é", "q=é")
    assert request.body.decode() == (
        '{"a": [1], "b": "in é", "c": [1, null], "d": "{not a reference}"}'
    )
    assert request.headers["k"] == "é"
    assert "version" not in request.headers
    for pointer in ("/list/2", "/text/0", "/none"):
        with pytest.raises(MissingValueError, match=f"the response of x has no {pointer}"):
            replace(probe, body=f"{{x{pointer}}}").build_request({"x": {"list": [], "text": ""}})
