"""Noise of a recording: what differs between two runs of the same script, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from leadway_mock.recording.json_differences import MISSING, json_differences, shorten
from leadway_mock.recording.redacted import RedactedJson

REASONS: Final = (
    ("/response/body/response", "The agent chooses new words in each run."),
    ("/response/body/finalText", "The agent chooses new words in each run."),
    ("/response/headers/date", "It is the time of the response."),
    ("/response/headers/x-ratelimit", "It counts requests over both runs."),
    ("/response/headers/cf-", "The proxy in front of the service numbers its requests."),
    ("/response/headers/set-cookie", "Cookies are new in each run."),
    ("/response/headers/content-length", "It follows from the body."),
    ("/response/headers/age", "It is the age of a cached response."),
    ("/response/status", "The service responded differently to the same request."),
    ("/request", "The script itself sent another request; the responses may differ for this."),
)
"""Begin of a JSON pointer, and why what it points to differs; the first counts."""

OTHER_REASON: Final = "It differed between two runs of the same script."


@dataclass(frozen=True, slots=True)
class Noise:
    """One difference: the number of the exchange, from 1, a JSON pointer into it, both values."""

    exchange: int
    pointer: str
    first: str
    second: str
    reason: str

    @property
    def is_in_header(self) -> bool:
        """Whether it is in a header of a request or response."""
        return self.pointer.startswith(("/request/headers/", "/response/headers/"))


def find_noise(first: Sequence[RedactedJson], second: Sequence[RedactedJson]) -> list[Noise]:
    """Return what differs between the exchanges of two runs, whose ids are placeholders.

    Times are not compared: the latency of the dialogue describes them.
    """
    found = []
    for number, (one, other) in enumerate(zip(first, second, strict=False), start=1):
        for pointer, left, right in json_differences(_content(one), _content(other)):
            reason = next((why for start, why in REASONS if pointer.startswith(start)), "")
            values = (_format_value(left), _format_value(right))
            found.append(Noise(number, pointer, *values, reason or OTHER_REASON))
    if len(first) != len(second):
        reason = "The script itself sent more requests in one of the runs."
        number = min(len(first), len(second)) + 1
        counts = (f"{len(first)} requests", f"{len(second)} requests")
        found.append(Noise(number, "", *counts, reason))
    return found


def _content(exchange: RedactedJson) -> dict[str, Any]:
    return {name: each for name, each in exchange.value.items() if name != "seconds"}


def _format_value(value: object) -> str:
    if value is MISSING:
        return "(missing)"
    return shorten(value if isinstance(value, str) else RedactedJson(value).text)
