"""Prism's validating proxy in front of a mock: reports what contradicts the contract.

The plain proxy validates both directions, reports violations in the header `sl-violations` and
forwards everything. The strict proxy validates responses only and replaces an invalid one by a 500.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from tests.contract.programs import Program, prism

STRICT = ("--errors", "--validate-request=false")

INVALID_REQUEST_RULES = frozenset(
    {
        "version-missing",
        "location-missing",
        "body-invalid",
        "media-type-unsupported",
        "route-unknown",
        "method-not-allowed",
    }
)
"""Rules by which the mock says that a request contradicts the contract."""

VALIDATED_COUNTS: list[int] = []
"""Number of exchanges that each proxy of this run has validated, for the summary."""

PROBLEM = "application/problem+json"
"""Media type of Prism's own responses; the mock never sends it."""


class ContractViolationError(AssertionError):
    """A request or response contradicts the contract, or the mock judges it differently."""


@dataclass(slots=True)
class PrismProxy:
    """Prism's proxy in front of a mock, and the violations that it has reported."""

    program: Program
    strict: bool
    violations: list[str] = field(default_factory=list)

    def check(self, response: httpx.Response) -> None:
        """Raise `ContractViolationError` for an invalid exchange; an httpx response hook."""
        found = list(self._violations(response))
        if found:
            request = response.request
            text = f"{request.method} {request.url} -> {response.status_code}: {found}"
            self.violations.append(text)
            raise ContractViolationError(text)

    def check_log(self) -> int:
        """Return the number of exchanges in the log.

        Raises:
            ContractViolationError: the log has an invalid response or no exchange at all, or
                `check` has found a violation before.
        """
        text = self.program.log.read_text(errors="replace")
        found = re.findall(r"Violation: (response\b.*)", text)
        if found:
            raise ContractViolationError(f"Prism's log: {sorted(set(found))}")
        if self.violations:
            raise ContractViolationError(f"found before: {self.violations}")
        count = text.count("Request received")
        if not count:
            raise ContractViolationError("no request was sent, so nothing was validated")
        return count

    def _violations(self, response: httpx.Response) -> Iterator[str]:
        if response.headers.get("content-type", "").startswith(PROBLEM):
            yield "Prism responded itself"
        violations = json.loads(response.headers.get("sl-violations", "[]"))
        sides = {violation["location"][0] for violation in violations}
        if "response" in sides:
            yield f"the response is invalid: {violations}"
        if "request" in sides and response.is_success:
            yield f"the request is invalid, and was accepted: {violations}"
        if self._rejects_request(response) and "request" not in sides:
            yield f"the request is valid, and was rejected by {response.headers['X-Mock-Rule']}"

    def _rejects_request(self, response: httpx.Response) -> bool:
        if self.strict or "Preference-Applied" in response.headers:
            return False
        return response.headers.get("X-Mock-Rule") in INVALID_REQUEST_RULES


@contextmanager
def run_prism_proxy(url: str, *, strict: bool) -> Iterator[PrismProxy]:
    """Run Prism's proxy in front of `url`."""
    arguments = STRICT if strict else ()
    with prism("proxy", *arguments, "openapi/leadway.yaml", url) as program:
        yield PrismProxy(program, strict)
