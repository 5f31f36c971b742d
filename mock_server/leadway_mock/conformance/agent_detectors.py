"""Detectors of mistakes with the agents that a client creates, and with its OAuth tokens."""

from __future__ import annotations

from collections.abc import Iterator

from leadway_mock.conformance.observation import Detection, Detector, Observation, short_id
from leadway_mock.conformance.request_detectors import is_soon, is_uncertain

LIST_OPERATIONS = frozenset({"getAgents", "getAgents-deprecated"})
"""Operations by which a client can see whether an agent was created."""

USED_TOKEN_RULES = frozenset({"refresh-token-invalid", "authorization-code-invalid"})


class RepeatedCreationsDetector(Detector[str]):
    """Detects agents that are created again because the first response did not arrive."""

    def observe(self, current: Observation) -> Iterator[Detection]:
        """Compare with the last time that this creation had an uncertain outcome.

        A list of the agents in between shows the client what happened.
        """
        if current.operation_id in LIST_OPERATIONS and current.succeeded:
            self._earlier.clear()
        if current.operation_id != "createAgent":
            return
        before = self._earlier.pop(current.fingerprint, None)
        if before and is_soon(current, before):
            both = _was_created(before) and _was_created(current)
            text = "the response to createAgent was lost, and the same request was sent again"
            rule = "agent-duplicated" if both else "retry-unsafe"
            yield Detection(rule, text, (before.number, current.number))
        if is_uncertain(current):
            self._earlier[current.fingerprint] = current


class RepeatedPublicationsDetector(Detector[tuple[str, str]]):
    """Detects versions that are published although the client has published them."""

    def observe(self, current: Observation) -> Iterator[Detection]:
        """Compare with the success that this client received for the version."""
        if current.operation_id != "promoteAndPublish":
            return
        version = (current.entry.get("pathParameters") or {}).get("versionId", "")
        key = current.conversation.client, version
        before = self._earlier.get(key)
        if before and current.rule == "version-not-draft" and not current.was_scripted:
            text = f"version {short_id(version)} was published twice"
            yield Detection("version-published-again", text, (before.number, current.number))
        if current.succeeded and not current.was_scripted:
            self._earlier[key] = current


class UsedTokensDetector(Detector[str]):
    """Detects refresh tokens and authorization codes that are sent again after their success."""

    def observe(self, current: Observation) -> Iterator[Detection]:
        """Compare with the success that the client received for the same request."""
        if current.operation_id != "getAccessToken" or current.was_scripted:
            return
        before = self._earlier.get(current.fingerprint)
        if before and current.rule in USED_TOKEN_RULES:
            kind = "refresh token" if current.rule.startswith("refresh") else "authorization code"
            text = f"a {kind} that had brought tokens was sent again"
            yield Detection("token-reused", text, (before.number, current.number))
        if current.succeeded:
            self._earlier[current.fingerprint] = current


def _was_created(observation: Observation) -> bool:
    fault = observation.entry.get("fault")
    return bool(fault["committed"]) if fault else observation.rule == "agent-created"
