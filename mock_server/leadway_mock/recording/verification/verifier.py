"""Verdicts on probes, field by field, and the differences that are accepted."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from leadway_mock.recording.accepted_entries import AcceptanceError, AcceptedEntries, read_entries
from leadway_mock.recording.json_differences import MISSING, json_differences, shorten
from leadway_mock.recording.verification.execute_probes import NO_MESSAGE
from leadway_mock.recording.verification.observed import ANY_LIST
from leadway_mock.recording.verification.probe import Probe
from leadway_mock.recording.verification.probe_sender import ProbeResponse, ProbeSender
from leadway_mock.recording.verification.probes import VALUES
from leadway_mock.util.json_text import ENCODER

MAX_DIFFERENCES: Final = 50
"""Limit of the differences of one response."""

ERROR: Final = 400
"""The lowest status of an error."""

REJECTED: Final = frozenset({401, 403})
PATTERNS: Final = ("probe", "pointer", "expected", "actual")
"""Attributes of a difference that an entry of a file accepts."""

ADMISSION: Final = Probe("admission", (), NO_MESSAGE)
"""Request that a target rejects because of its body if it accepts token, version and location."""

RUN_RULES: Final = frozenset({"reply", "reply-goal-completed", "managed-reply"})
"""Rules of responses for which an agent runs."""


class Verdict(StrEnum):
    """What one probe has shown."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_ASKED = "not asked"
    COULD_NOT_LOOK = "could not look"


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that the mock and the target have differently.

    `pointer` is a JSON pointer into status, headers and body; a value is JSON, or empty where the
    field is missing.
    """

    probe: str
    pointer: str
    expected: str
    actual: str

    def __str__(self) -> str:
        expected, actual = self.expected or "nothing", self.actual or "nothing"
        return f"{self.pointer}: expected {expected}, actual {actual}"

    def to_json(self) -> dict[str, str]:
        """Return the difference without the name of the probe."""
        return {"pointer": self.pointer, "expected": self.expected, "actual": self.actual}


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Verdict on one probe; `reason` says why nothing was compared."""

    probe: Probe
    verdict: Verdict
    reason: str = ""
    expected: ProbeResponse = field(default_factory=ProbeResponse)
    actual: ProbeResponse = field(default_factory=ProbeResponse)
    differences: tuple[FieldDifference, ...] = ()


def shown_behaviours(probe: Probe, rule: str, examples: Container[str]) -> tuple[str, ...]:
    """Return the rows that a response shows; of those that are examples, only that of `rule`."""
    return tuple(each for each in probe.behaviours if each == rule or each not in examples)


def missing_values(probe: Probe, values: Mapping[str, str]) -> list[str]:
    """Return the names of the user's values that a probe needs and that are not given."""
    return [name for name in VALUES if name in probe.references and name not in values]


def count_runs(expected: Mapping[str, ProbeResponse]) -> int:
    """Return how often the agent runs if the target behaves like the mock."""
    return sum(each.rule in RUN_RULES for each in expected.values())


def admission_error(target: ProbeSender) -> str:
    """Return why nothing can be compared: token or location are rejected; else an empty text."""
    observation = target.observe(ADMISSION)
    response = observation.response
    if response is None:
        return observation.reason
    if response["status"] in REJECTED:
        return f"the target rejects the token or the location: {_error_text(response)}"
    return ""


def verify(
    probes: Sequence[Probe], expected: Mapping[str, ProbeResponse], target: ProbeSender
) -> Iterator[ProbeResult]:
    """Yield the verdict on each probe, as it is sent to the target."""
    skipped: set[str] = set()
    unresponsive: dict[str, str] = {}  # Why an agent's probes show nothing, by its value.
    for probe in probes:
        needs = [VALUES[name] for name in missing_values(probe, target.values)]
        needs = needs or [f"the response of {each}" for each in sorted(skipped & probe.references)]
        reasons = [unresponsive[each] for each in sorted(unresponsive.keys() & probe.references)]
        if needs:
            result = ProbeResult(probe, Verdict.NOT_ASKED, f"needs {' and '.join(needs)}")
        elif reasons and probe.may_run_agent:
            result = ProbeResult(probe, Verdict.COULD_NOT_LOOK, f"not sent: {reasons[0]}")
        else:
            actual = target.observe(probe)
            if probe.agent and (reason := _no_reply_reason(probe, actual)):
                unresponsive[probe.agent] = reason
                actual = ProbeResponse(reason=reason)
            result = judge(probe, expected[probe.name], actual)
        if result.verdict is Verdict.NOT_ASKED:
            skipped.add(probe.name)
        yield result


def _no_reply_reason(probe: Probe, actual: ProbeResponse) -> str:
    """Return why the agent does not reply, or an empty text if it does or did not respond."""
    response = actual.response
    if response is None or response["status"] < ERROR:
        return ""
    return f"the agent of {VALUES[probe.agent]} does not reply: {_error_text(response)}"


def _error_text(response: Mapping[str, Any]) -> str:
    """Return status and message of an error."""
    body = response["body"]
    message = body.get("message") if isinstance(body, dict) else ""
    return f"{response['status']} {str(message)[:100]}"


def judge(probe: Probe, expected: ProbeResponse, actual: ProbeResponse) -> ProbeResult:
    """Return the verdict on one probe."""
    if expected.response is None:
        reason = f"the mock has no response to compare with: {expected.reason}"
        return ProbeResult(probe, Verdict.COULD_NOT_LOOK, reason, expected, actual)
    if actual.response is None:
        verdict = Verdict.COULD_NOT_LOOK if actual.was_asked else Verdict.NOT_ASKED
        return ProbeResult(probe, verdict, actual.reason, expected, actual)
    differences = tuple(compare(probe.name, expected.response, actual.response))
    verdict = Verdict.DIFFERS if differences else Verdict.AGREES
    return ProbeResult(probe, verdict, "", expected, actual, differences)


def compare(
    probe: str, expected: Mapping[str, Any], actual: Mapping[str, Any]
) -> list[FieldDifference]:
    """Return the differences between the normalized responses to a probe.

    Of a success and an error, the bodies are compared as a whole.
    """
    found = json_differences(expected, actual)
    if (expected.get("status", 0) < ERROR) != (actual.get("status", 0) < ERROR):
        names = ("status", "body")
        found = ((f"/{name}", expected.get(name), actual.get(name)) for name in names)
    found = (each for each in found if not _is_any_list(*each[1:]))
    return [
        FieldDifference(probe, pointer, _format_value(ours), _format_value(theirs))
        for pointer, ours, theirs in islice(found, MAX_DIFFERENCES)
    ]


def _is_any_list(*values: object) -> bool:
    """Return whether one side has a list, and the other one of which no item is known."""
    return ANY_LIST in values and {type(each) for each in values} == {str, list}


def _format_value(value: object) -> str:
    return "" if value is MISSING else shorten(ENCODER.encode(value))


def read_accepted_differences(path: Path | None) -> AcceptedEntries:
    """Return the entries of a YAML file, none without one; raises `AcceptanceError`."""
    fields = (*PATTERNS, "reason", "link")
    entries = read_entries(path, fields)["accepted"] if path else []
    for index, each in enumerate(entries):
        if urlsplit(each["link"]).scheme not in {"http", "https"}:
            raise AcceptanceError(f"{path}: /accepted/{index}/link must be the URL of an issue.")
    return AcceptedEntries("{probe} {pointer}", PATTERNS, entries=entries)


def accept(results: Iterable[ProbeResult], accepted: AcceptedEntries) -> list[ProbeResult]:
    """Return the results without accepted differences."""
    kept = []
    for each in results:
        differences = tuple(accepted.new(each.differences))
        is_accepted = each.differences and not differences
        verdict = Verdict.AGREES if is_accepted else each.verdict
        kept.append(replace(each, verdict=verdict, differences=differences))
    return kept


def problems(accepted: AcceptedEntries, compared: Collection[str]) -> list[str]:
    """Return what is wrong with the entries; those of probes that were not compared may be idle."""
    return accepted.problems(
        lambda entry: any(fnmatchcase(name, entry["probe"]) for name in compared)
    )
