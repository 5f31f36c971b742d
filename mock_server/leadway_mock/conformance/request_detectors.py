"""Detector of mistakes that a single request shows by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadway_mock.conformance.observation import Detection, Detector, Observation

RULES_BY_ERROR: Mapping[str, str] = {
    "version-missing": "version-missing",
    "version-unknown": "version-unknown",
    "location-missing": "location-missing",
    "body-malformed": "body-unreadable",
    "media-type-unsupported": "body-unreadable",
}
"""The rule that a request breaks if it gets this error response."""

ROUTING_ERRORS = frozenset({"route-unknown", "method-not-allowed"})
"""Error responses to requests without an operation."""

API_PREFIX = "/agent-studio"
"""Prefix of all paths of the API."""

MAX_TEXT_CHARS = 200


class SingleRequestDetector(Detector):
    """Detects mistakes that need no other request to be seen."""

    def observe(self, current: Observation) -> Iterator[Detection]:
        """Yield the rules that the request breaks."""
        request = current.entry["request"]
        line = _truncate(f"{request['method']} {request['path']}")
        if current.entry.get("deprecated"):
            yield Detection("deprecated-path", line, (current.number,))
        if request.get("tokenInUrl"):
            yield Detection("token-in-url", line, (current.number,))
        if not current.was_scripted:
            yield from _error(current, line)


def _error(current: Observation, line: str) -> Iterator[Detection]:
    if current.rule == "body-invalid":
        yield _invalid_body(current)
    elif current.rule in ROUTING_ERRORS:
        if _is_api_request(current):
            yield Detection("path-unknown", line, (current.number,))
    elif current.rule in RULES_BY_ERROR:
        hint = str(current.entry["response"].get("hint") or line)
        yield Detection(RULES_BY_ERROR[current.rule], _truncate(hint), (current.number,))


def _is_api_request(current: Observation) -> bool:
    """Return whether a request to an unknown path was meant for the API; a browser's is not."""
    path = current.entry["request"]["path"]
    return bool(current.conversation.client) or path.startswith(API_PREFIX)


def _invalid_body(current: Observation) -> Detection:
    """Return the misnamed properties of a body, from which the rest may follow, or all errors."""
    violations = current.entry["response"].get("violations") or []
    misnamed = [each["hint"] for each in violations if each.get("kind") == "misnamed-property"]
    rule = "field-misnamed" if misnamed else "body-invalid"
    texts = misnamed or [each["message"] for each in violations]
    return Detection(rule, _truncate("; ".join(dict.fromkeys(texts))), (current.number,))


def _truncate(text: str) -> str:
    return text if len(text) <= MAX_TEXT_CHARS else f"{text[:MAX_TEXT_CHARS]}…"
