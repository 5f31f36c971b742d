"""Watches over single requests: what is wrong with one needs no other to be seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadway_mock.conformance.detector import Detection, Detector
from leadway_mock.conformance.observation import Observation

REFUSED: Mapping[str, str] = {
    "version-missing": "version-missing",
    "version-unknown": "version-unknown",
    "location-missing": "location-missing",
    "body-malformed": "body-unreadable",
    "media-type-unsupported": "body-unreadable",
}
"""What the mock's own refusals say of the caller."""

UNREACHED = frozenset({"route-unknown", "method-not-allowed"})
"""Refusals of requests that are for no operation."""

FAMILY = "/agent-studio"
"""Where the paths of the API begin."""

MAX_TEXT = 200
"""How long what was seen may be."""


class SingleRequestDetector(Detector):
    """Watches for what is wrong with a request by itself."""

    def observe(self, seen: Observation) -> Iterator[Detection]:
        """Tell what is wrong with this one."""
        request = seen.entry["request"]
        line = _cut(f"{request['method']} {request['path']}")
        if seen.entry.get("deprecated"):
            yield Detection("deprecated-path", line, (seen.number,))
        if request.get("tokenInUrl"):
            yield Detection("token-in-url", line, (seen.number,))
        if not seen.was_scripted:
            yield from _refused(seen, line)


def _refused(seen: Observation, line: str) -> Iterator[Detection]:
    if seen.rule == "body-invalid":
        yield _violations(seen)
    elif seen.rule in UNREACHED:
        if _is_ours(seen):
            yield Detection("path-unknown", line, (seen.number,))
    elif seen.rule in REFUSED:
        hint = str(seen.entry["response"].get("hint") or line)
        yield Detection(REFUSED[seen.rule], _cut(hint), (seen.number,))


def _is_ours(seen: Observation) -> bool:
    """Tell whether a request for no path of ours was meant for the API: not so a browser's."""
    path = str(seen.entry["request"]["path"])
    return bool(seen.who.client) or path.startswith(FAMILY)


def _violations(seen: Observation) -> Detection:
    """Return what is wrong with a body: first of all its names, from which the rest may follow."""
    violations = seen.entry["response"].get("violations") or []
    misnamed = [each["hint"] for each in violations if each.get("kind") == "misnamed-property"]
    rule = "field-misnamed" if misnamed else "body-invalid"
    texts = misnamed or [each["message"] for each in violations]
    return Detection(rule, _cut("; ".join(dict.fromkeys(texts))), (seen.number,))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
