"""Derives observations from verdicts: the changes with which the mock does what the target did.

Each change is tried on a mock in this process, and kept only if more probes agree than before and
none differs that agreed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Final

from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.config.settings import FIELDS
from leadway_mock.contract.behaviours import SESSIONS, settings_of
from leadway_mock.contract.model import Contract
from leadway_mock.contract.observations import Observations, ObservedProbe, ObservedResponse
from leadway_mock.recording.verification.probe import Probe, select_with_references
from leadway_mock.recording.verification.probe_sender import ProbeSender
from leadway_mock.recording.verification.verifier import (
    ERROR,
    ProbeResult,
    Verdict,
    judge,
    shown_behaviours,
)
from leadway_mock.util.json_text import map_texts

SETTINGS: Final = frozenset(
    {"unknown_properties", "unknown_query", "list_paging", "author_fields", "nodes_in_create"}
    | {"publish_state", "idempotency_mismatch", "profile"}
)
"""Settings whose other values are tried. What a response of the contract can do is none."""

QUOTA_SETTINGS: Final[Mapping[str, str]] = {
    "x-ratelimit-max": "quota_10_seconds",
    "x-ratelimit-limit-daily": "quota_day",
}
"""Settings whose values are in headers."""

MAX_CHANGES: Final = 5
"""Limit of the changes for one probe."""

VERSIONS: Final = frozenset({"versions-accepted", "version-legacy"})
SAMPLE_UUID: Final = "b2b1c1d2-3e4f-5a6b-7c8d-9e0f1a2b3c4d"


@dataclass(slots=True)
class Findings:
    """Search for the changes that make a mock agree with what was observed on a day."""

    results: Sequence[ProbeResult]
    reference: Callable[[Observations], ProbeSender]
    """Returns a new sender to a mock that has these observations."""

    contract: Contract
    date: str
    _compared: list[ProbeResult] = field(init=False)
    _probes: Mapping[str, Probe] = field(init=False)

    def __post_init__(self) -> None:
        self._compared = [each for each in self.results if each.actual.response is not None]
        self._probes = {each.probe.name: each.probe for each in self.results}

    def derive(self, base: Observations, target: str) -> Observations:
        """Return `base` with what was observed on `target`, and the changes that it needs."""
        found = replace(base, target=target, date=self.date)
        judged = {
            each.probe.name: judge(each.probe, each.expected, each.actual)
            for each in self._compared
        }
        for probe in [name for name, each in judged.items() if each.differences]:
            for _ in range(MAX_CHANGES):
                better = self._improve(found, judged, judged[probe])
                if better is None:
                    break
                found, judged = better
        names = set(judged)
        kept = [each for each in base.probes if each.probe not in names]
        return replace(found, probes=(*kept, *(self._entry(each) for each in judged.values())))

    def _improve(
        self, base: Observations, judged: Mapping[str, ProbeResult], result: ProbeResult
    ) -> tuple[Observations, dict[str, ProbeResult]] | None:
        """Return observations with a change that is better, and the verdicts with it, or None."""
        name = result.probe.name
        for trial in self._changes(base, result):
            alone = select_with_references(self._probes, [name])
            after = self._judge(trial, alone)[name]  # A part of the requests, to save time.
            if len(after.differences) < len(result.differences):
                everything = self._judge(trial, self._probes.values())
                if _is_better(judged, everything):
                    return trial, everything
        return None

    def _judge(
        self, observations: Observations, probes: Collection[Probe]
    ) -> dict[str, ProbeResult]:
        """Return the verdicts on a mock with these observations."""
        expected = self.reference(observations).observe_all(probes)
        return {
            each.probe.name: judge(each.probe, expected[each.probe.name], each.actual)
            for each in self._compared
            if each.probe.name in expected
        }

    def _entry(self, result: ProbeResult) -> ObservedProbe:
        rows = shown_behaviours(result.probe, result.expected.rule, self.contract.examples)
        return ObservedProbe(
            result.probe.name,
            self.date,
            rows,
            result.actual.response or {},
            tuple(each.to_json() for each in result.differences),
        )

    def _changes(self, base: Observations, result: ProbeResult) -> Iterator[Observations]:
        """Yield observations with one more change each, which may make the probe agree."""
        for find in (_with_setting, _with_quota, _without_headers, _without_version):
            yield from find(base, result)
        yield from self._with_response(base, result)

    def _with_response(self, base: Observations, result: ProbeResult) -> Iterator[Observations]:
        """Yield observations in which the mock responds to the error that the probe is about so."""
        rule, actual = result.expected.rule, result.actual.response
        if rule not in self.contract.examples or rule not in result.probe.behaviours or not actual:
            return
        example = self.contract.examples[rule]
        others = tuple(each for each in base.responses if each.rule != rule)
        status, body = actual["status"], actual["body"]
        if status == HTTPStatus.OK and rule in SESSIONS:
            change = ObservedResponse(rule, starts_session=True)
            yield replace(base, responses=(*others, change))
        elif status >= ERROR and example.status >= ERROR and isinstance(body, dict):
            sample = map_texts(body, lambda text: _to_sample(text, self.date))
            depends = isinstance(example.content["message"], list)
            for is_fixed in (False,) if depends else (False, True):
                change = ObservedResponse(rule, status, sample, has_fixed_message=is_fixed)
                yield replace(base, responses=(*others, change))
        elif status < ERROR:
            message = body.get("message") if isinstance(body, dict) else None
            content = example.content
            if isinstance(message, str) and isinstance(content, dict):
                content = {**content, "message": message}
            yield replace(base, responses=(*others, ObservedResponse(rule, status, content)))


def _is_better(before: Mapping[str, ProbeResult], after: Mapping[str, ProbeResult]) -> bool:
    """Return whether fewer fields differ, and no probe differs that agreed."""
    counts = [sum(len(each.differences) for each in judged.values()) for judged in (after, before)]
    return counts[0] < counts[1] and all(
        each.verdict is Verdict.AGREES
        for name, each in after.items()
        if before[name].verdict is Verdict.AGREES
    )


def _with_setting(base: Observations, result: ProbeResult) -> Iterator[Observations]:
    names = {name for row in result.probe.behaviours for name in settings_of(row)}
    for name in sorted(names & SETTINGS):
        for value in FIELDS[name].metadata["choices"]:
            if value != base.settings.get(name, FIELDS[name].default):
                yield replace(base, settings={**base.settings, name: value})


def _with_quota(base: Observations, result: ProbeResult) -> Iterator[Observations]:
    actual = result.actual.response or {}
    for header, name in QUOTA_SETTINGS.items():
        text = actual.get("headers", {}).get(header, "")
        if header in result.probe.compared and text.isdecimal() and int(text) > 0:
            yield replace(base, settings={**base.settings, name: int(text)})


def _without_headers(base: Observations, result: ProbeResult) -> Iterator[Observations]:
    """Yield observations in which responses lack what the target's response lacks."""
    ours, theirs = (each.response or {} for each in (result.expected, result.actual))
    absent = frozenset(ours.get("headers", {})) - frozenset(theirs.get("headers", {}))
    if not absent:
        return
    digit = ours["status"] // 100
    names = base.absent_headers.get(digit, frozenset()) | absent
    yield replace(base, absent_headers={**base.absent_headers, digit: names})


def _without_version(base: Observations, result: ProbeResult) -> Iterator[Observations]:
    """Yield observations in which a value of `Version` is rejected that a probe is about."""
    version = result.probe.headers.get("version")
    if version and VERSIONS & set(result.probe.behaviours):
        yield replace(base, rejected_versions=(*base.rejected_versions, version))


def _to_sample(text: str, date: str) -> str:
    """Return a text of a normalized body with samples in place of its marks."""
    if text.startswith("<") and text.endswith("/traceId>"):
        return SAMPLE_UUID
    samples = {"<agent>": ECHO_ID, "<uuid>": SAMPLE_UUID, "<date>": f"{date}T00:00:00.000Z"}
    for mark, sample in samples.items():
        text = text.replace(mark, sample)
    return text
