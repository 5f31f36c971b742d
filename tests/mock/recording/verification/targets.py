"""Second mocks that play the real service, with seeded differences."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from leadway_mock.cli.reference_mock import MOCK_VALUES, MockTarget, mock_sender
from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.model import Contract, Example
from leadway_mock.contract.observations import Observations
from leadway_mock.http.messages import Request
from leadway_mock.recording.verification.findings import Findings
from leadway_mock.recording.verification.observed import TargetResponse
from leadway_mock.recording.verification.probe import Effect
from leadway_mock.recording.verification.probe_sender import ProbeResponse, ProbeSender
from leadway_mock.recording.verification.probes import PROBES
from leadway_mock.recording.verification.verifier import ProbeResult, verify

TODAY = date(2026, 11, 30)

Alter = Callable[[Request, TargetResponse], TargetResponse]
"""Function that changes a response of the second mock."""

Forward = Callable[[Request], Request]
"""Function that changes a request before the second mock gets it."""


@cache
def contract() -> Contract:
    return load_contract()


class SecondMock:
    """Mock that responds in another way than the first one."""

    def __init__(
        self,
        alter: Alter | None = None,
        forward: Forward | None = None,
        served: Contract | None = None,
        **settings: Any,
    ) -> None:
        settings = {"seed": 2, **settings}
        self.mock = MockTarget(served or contract(), settings=settings)
        self._alter = alter or (lambda _, response: response)
        self._forward = forward or (lambda request: request)
        self.requests: list[Request] = []

    def send(self, request: Request) -> TargetResponse:
        self.requests.append(request)
        response = self._alter(request, self.mock.send(self._forward(request)))
        return replace(response, rule="")

    def wait(self, seconds: float) -> None:
        self.mock.wait(seconds)


def changed_body(change: Callable[[Any], object], when: Callable[[Any], bool]) -> Alter:
    """Return an alteration that changes those bodies in place for which `when` is true."""

    def alter(_: Request, response: TargetResponse) -> TargetResponse:
        body = json.loads(response.body)
        if not when(body):
            return response
        change(body)
        return replace(response, body=json.dumps(body).encode())

    return alter


def without_header(name: str) -> Alter:
    def alter(_: Request, response: TargetResponse) -> TargetResponse:
        headers = {each: text for each, text in response.headers.items() if each != name}
        return replace(response, headers=headers)

    return alter


def served_with(rule: str, **changes: Any) -> Contract:
    """Return the contract with another example: a new status, or `message`."""

    def change(example: Example) -> Example:
        message = changes.get("message")
        content = {**example.content, "message": message} if message else example.content
        return replace(
            example,
            status=changes.get("status", example.status),
            content=content,
            has_fixed_message=bool(message),
        )

    operations = tuple(
        replace(
            each,
            examples={
                name: change(example) if name == rule else example
                for name, example in each.examples.items()
            },
        )
        for each in contract().operations
    )
    return replace(contract(), operations=operations)


def verify_all(
    target: SecondMock,
    known: Observations | None = None,
    values: Mapping[str, str] = MOCK_VALUES,
) -> list[ProbeResult]:
    """Return the verdicts on all probes but the large one, by a mock with these observations."""
    probes = [each for each in PROBES.values() if each.effect is not Effect.LARGE]
    expected = mock_sender(contract(), known).observe_all(probes) if known else default_responses()
    return list(verify(probes, expected, ProbeSender(target, values)))


@cache
def default_responses() -> dict[str, ProbeResponse]:
    return mock_sender(contract()).observe_all(PROBES.values())


def derive(results: list[ProbeResult], known: Observations | None = None) -> Observations:
    """Return the observations after a run."""
    findings = Findings(
        results, lambda each: mock_sender(contract(), each), contract(), TODAY.isoformat()
    )
    return findings.derive(known or Observations(), "http://127.0.0.1:4010")


def differing(results: list[ProbeResult]) -> set[str]:
    return {f"{one.probe}{one.pointer}" for each in results for one in each.differences}
