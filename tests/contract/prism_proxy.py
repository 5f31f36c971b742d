"""Prism as a referee: its proxy reads what passes and marks what contradicts the contract.

The plain proxy marks both directions in the header `sl-violations` and passes everything on. The
strict one reads answers alone, and puts a 500 of its own in the place of one that is wrong.
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

WRONG_REQUEST = frozenset(
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

JUDGED: list[int] = []
"""How many exchanges each referee of this run has found faultless, for the summary."""

PROBLEM = "application/problem+json"
"""The type of Prism's own answers; nothing of ours has it."""


class Foul(AssertionError):  # noqa: N818 - the game's own word
    """Something that the referee saw contradicts the contract."""


@dataclass(slots=True)
class Referee:
    """Prism's proxy in front of a mock, and our reading of its marks."""

    program: Program
    strict: bool
    fouls: list[str] = field(default_factory=list)

    def judge(self, response: httpx.Response) -> None:
        """Raise `Foul` where an exchange contradicts the contract; an httpx response hook."""
        found = list(self._fouls(response))
        if found:
            request = response.request
            text = f"{request.method} {request.url} -> {response.status_code}: {found}"
            self.fouls.append(text)
            raise Foul(text)

    def check_log(self) -> int:
        """Return how many exchanges the log tells of.

        Raises:
            Foul: it tells of a wrong answer, or of no exchange at all, or there was a foul before.
        """
        text = self.program.log.read_text(errors="replace")
        found = re.findall(r"Violation: (response\b.*)", text)
        if found:
            raise Foul(f"Prism's log: {sorted(set(found))}")
        if self.fouls:
            raise Foul(f"seen before: {self.fouls}")
        judged = text.count("Request received")
        if not judged:
            raise Foul("nobody asked anything, so nothing was judged")
        return judged

    def _fouls(self, response: httpx.Response) -> Iterator[str]:
        if response.headers.get("content-type", "").startswith(PROBLEM):
            yield "Prism answered by itself"
        violations = json.loads(response.headers.get("sl-violations", "[]"))
        sides = {violation["location"][0] for violation in violations}
        if "response" in sides:
            yield f"the answer is wrong: {violations}"
        if "request" in sides and response.is_success:
            yield f"the request is wrong, and was not refused: {violations}"
        if self._refused_as_wrong(response) and "request" not in sides:
            yield f"the request is right, and was refused by {response.headers['X-Mock-Rule']}"

    def _refused_as_wrong(self, response: httpx.Response) -> bool:
        if self.strict or "Preference-Applied" in response.headers:
            return False
        return response.headers.get("X-Mock-Rule") in WRONG_REQUEST


@contextmanager
def refereed(url: str, *, strict: bool) -> Iterator[Referee]:
    """Put a referee in front of `url`."""
    arguments = STRICT if strict else ()
    with prism("proxy", *arguments, "openapi/leadway.yaml", url) as program:
        yield Referee(program, strict)
