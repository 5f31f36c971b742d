"""Detectors of invalid requests, and of those that are sent again unsafely."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import TypeAlias

from leadway_mock.conformance.observation import (
    ConversationKey,
    Detection,
    Earlier,
    Observation,
    duration_text,
    short_id,
)
from leadway_mock.conformance.session_detectors import is_retry_after_timeout
from leadway_mock.util.printable_text import cut_text

RETRY_SECONDS = 60.0
"""Within how many seconds the same request is a retry: the longest time-out seen in public code.

Later it is a new request, by a person or a schedule.
"""

RETRY_AFTER_TOLERANCE_SECONDS = 0.1
"""By how many seconds a wait may seem too short, since two clocks always differ a little."""

FINAL_STATUSES = frozenset({400, 401, 403, 404, 405, 413, 415, 422})
"""Error statuses that the same request gets again."""

MessageKey: TypeAlias = tuple[ConversationKey, str, str]
"""Conversation, session and message."""

RULES_BY_ERROR: Mapping[str, str] = {
    "version-missing": "version-missing",
    "version-unknown": "version-unknown",
    "location-missing": "location-missing",
    "body-malformed": "body-unreadable",
    "media-type-unsupported": "body-unreadable",
    "route-not-in-version": "version-unknown",
    "query-invalid": "query-invalid",
    "query-unknown": "query-invalid",
    "query-unknown-400": "query-invalid",
    "variables-too-large": "body-invalid",
    "variable-reserved": "body-invalid",
    "token-class-unsupported": "token-class-wrong",
    "token-class-location": "token-class-wrong",
    "idempotency-key-missing": "idempotency-key-invalid",
    "idempotency-key-invalid": "idempotency-key-invalid",
    "idempotency-key-reused": "idempotency-key-reused",
}
"""The rule that a request breaks if it gets this error response."""

MAX_TEXT_CHARS = 200


def find_invalid_request(current: Observation) -> Iterator[Detection]:
    """Yield mistakes that need no other request to be seen."""
    request = current.entry["request"]
    line = cut_text(f"{request['method']} {request['path']}", MAX_TEXT_CHARS)
    if current.entry.get("deprecated"):
        yield Detection("deprecated-path", line, (current.number,))
    if request.get("tokenInUrl"):
        yield Detection("token-in-url", line, (current.number,))
    if current.operation_id:
        yield from _headers(current)
    if not current.was_scripted:
        yield from _error(current, line)


def find_repeated_message(
    current: Observation, earlier: Earlier[MessageKey]
) -> Iterator[Detection]:
    """Find a message that is sent again although the agent may have received it.

    It is compared with the last time that it was sent with an uncertain outcome.
    """
    if not current.message:
        return
    key = current.conversation, current.requested_session, current.message
    before = earlier.get(key)
    repeated = before is not None and (
        is_retry_after_timeout(current, before)
        or (is_uncertain(before) and is_soon(current, before))
    )
    is_same_turn = before is not None and current.key != "" and current.key == before.key
    if before and repeated and not is_same_turn:
        yield _repeated_message(current, before)
    if is_uncertain(current) or current.delay:
        # A turn that was committed is the one that a later retry repeats.
        committed = repeated and before and before.was_committed and not current.was_committed
        earlier[key] = before if before and committed else current
    elif before and (current.was_committed or current.entry.get("repeated")):
        del earlier[key]


def find_early_retry(
    current: Observation, earlier: Earlier[tuple[str, str, str]]
) -> Iterator[Detection]:
    """Find a request that does not wait as long as the last `Retry-After` said."""
    key = current.conversation.client, current.conversation.location, current.operation_id
    limited = earlier.get(key)
    if limited and limited.retry_after and current.started_after(limited):
        seconds = current.seconds_since(limited)
        if seconds < limited.retry_after - RETRY_AFTER_TOLERANCE_SECONDS:
            text = (
                f"Retry-After was {limited.retry_after:g} s;"
                f" a request came after {duration_text(seconds)}"
            )
            yield Detection("retry-after-ignored", text, (limited.number, current.number))
    if current.retry_after is not None and current.was_delivered:
        earlier[key] = current


def find_repeated_key(
    current: Observation, earlier: Earlier[tuple[str, str]]
) -> Iterator[Detection]:
    """Find a key that is sent again after a 429 that does not allow it (documented)."""
    if not current.key:
        return
    key = current.conversation.client, current.key
    before = earlier.pop(key, None)
    if before:
        text = "the key of a 429 without retryable or Retry-After was sent again"
        yield Detection("idempotency-key-after-429", text, (before.number, current.number))
    if current.status == HTTPStatus.TOO_MANY_REQUESTS and current.was_delivered:
        body = current.entry["response"].get("body")
        is_retryable = isinstance(body, dict) and body.get("retryable") is True
        if not is_retryable or current.retry_after is None:
            earlier[key] = current


def find_repeated_error(current: Observation, earlier: Earlier[str]) -> Iterator[Detection]:
    """Find a rejected request that is sent again unchanged.

    Another response now means that the cause was fixed, unless the error was scripted: then the
    client could not know.
    """
    key = current.fingerprint
    if not key:
        return
    before = earlier.pop(key, None)
    same = before and (current.rule == before.rule or before.was_scripted)
    if before and same and is_soon(current, before):
        after = duration_text(current.seconds_since(before))
        text = f"{before.status} {before.rule}, and the same request again after {after}"
        yield Detection("error-retried", text, (before.number, current.number))
    if current.status in FINAL_STATUSES and _is_final(current):
        earlier[key] = current


def find_repeated_creation(current: Observation, earlier: Earlier[str]) -> Iterator[Detection]:
    """Find an agent that is created again because the first response did not arrive.

    A list of the agents in between shows the client what happened.
    """
    if current.operation_id in {"getAgents", "getAgents-deprecated"} and current.succeeded:
        earlier.clear()
    if current.operation_id != "createAgent":
        return
    before = earlier.pop(current.fingerprint, None)
    if before and is_soon(current, before):
        both = _was_created(before) and _was_created(current)
        text = "the response to createAgent was lost, and the same request was sent again"
        rule = "agent-duplicated" if both else "retry-unsafe"
        yield Detection(rule, text, (before.number, current.number))
    if is_uncertain(current):
        earlier[current.fingerprint] = current


def find_repeated_publication(
    current: Observation, earlier: Earlier[tuple[str, str]]
) -> Iterator[Detection]:
    """Find a version that is published although the client has published it."""
    if current.operation_id != "promoteAndPublish":
        return
    version = (current.entry.get("pathParameters") or {}).get("versionId", "")
    key = current.conversation.client, version
    before = earlier.get(key)
    if before and current.rule == "version-not-draft" and not current.was_scripted:
        text = f"version {short_id(version)} was published twice"
        yield Detection("version-published-again", text, (before.number, current.number))
    if current.succeeded and not current.was_scripted:
        earlier[key] = current


def find_used_token(current: Observation, earlier: Earlier[str]) -> Iterator[Detection]:
    """Find a refresh token or an authorization code that is sent again after its success."""
    if current.operation_id != "getAccessToken" or current.was_scripted:
        return
    before = earlier.get(current.fingerprint)
    if before and current.rule in {"refresh-token-invalid", "authorization-code-invalid"}:
        kind = "refresh token" if current.rule.startswith("refresh") else "authorization code"
        text = f"a {kind} that had brought tokens was sent again"
        yield Detection("token-reused", text, (before.number, current.number))
    if current.succeeded:
        earlier[current.fingerprint] = current


def _headers(current: Observation) -> Iterator[Detection]:
    headers = current.entry["request"]["headers"]
    agent = headers.get("user-agent", "")
    # These operations process a message again, whatever key it has.
    is_keyless = current.operation_id in {"executeAgent", "executeAgent-deprecated"}
    if "idempotency-key" in headers and is_keyless:
        yield Detection("idempotency-key-ignored", "Idempotency-Key was sent", (current.number,))
    if agent.lower().startswith("python-urllib/"):  # The platform's proxy rejects it (observed).
        text = f"User-Agent was {cut_text(agent, MAX_TEXT_CHARS)}"
        yield Detection("user-agent-blocked", text, (current.number,))


def _error(current: Observation, line: str) -> Iterator[Detection]:
    if current.rule == "body-invalid":
        yield _invalid_body(current)
    elif current.rule in {"route-unknown", "method-not-allowed", "method-not-allowed-401"}:
        is_platform = current.entry["request"]["path"].startswith("/agent-studio")
        if current.conversation.client or is_platform:  # A browser's request is neither.
            yield Detection("path-unknown", line, (current.number,))
    elif current.rule.startswith("query-unknown") and current.entry["request"].get("tokenInUrl"):
        return  # The token in the query is a finding already.
    elif current.rule in RULES_BY_ERROR:
        hint = str(current.entry["response"].get("hint") or line)
        text = cut_text(hint, MAX_TEXT_CHARS)
        yield Detection(RULES_BY_ERROR[current.rule], text, (current.number,))


def _invalid_body(current: Observation) -> Detection:
    """Return the misnamed properties of a body, from which the rest may follow, or all errors."""
    violations = current.entry["response"].get("violations") or []
    misnamed = [each["hint"] for each in violations if each.get("kind") == "misnamed-property"]
    rule = "field-misnamed" if misnamed else "body-invalid"
    texts = misnamed or [each["message"] for each in violations]
    text = cut_text("; ".join(dict.fromkeys(texts)), MAX_TEXT_CHARS)
    return Detection(rule, text, (current.number,))


def is_soon(current: Observation, before: Observation) -> bool:
    """Return whether a request came so soon after another one that it is a retry."""
    return current.started_after(before) and current.seconds_since(before) <= RETRY_SECONDS


def is_uncertain(current: Observation) -> bool:
    """Return whether the client cannot know if its request was processed."""
    if not current.was_delivered:
        return True
    may_retry = current.status == 503 and current.retry_after is not None  # noqa: PLR2004 - as named
    return current.status >= 500 and not may_retry  # noqa: PLR2004 - server errors


def _is_final(current: Observation) -> bool:
    """Return whether an error is the platform's (a proxy's is no JSON), and not a time-out.

    The platform's 401 for a time-out is the one that may be retried (observed).
    """
    body = current.entry["response"].get("body")
    is_json = current.was_delivered and isinstance(body, dict)
    return is_json and body.get("message") != "Command timed out"


def _was_created(observation: Observation) -> bool:
    fault = observation.entry.get("fault")
    return bool(fault["committed"]) if fault else observation.rule == "agent-created"


def _repeated_message(current: Observation, before: Observation) -> Detection:
    both = before.was_committed and current.was_committed
    if not before.was_delivered:
        outcome = "the connection broke"
    elif before.status < 500:  # noqa: PLR2004 - a good response, sent late
        seconds = duration_text(before.ended_at - before.started_at)
        outcome = f"the response would have come after {seconds}"
    else:
        outcome = f"the response was {before.status}"
    text = f"{current.conversation}: {outcome}, and the same message was sent again"
    rule = "turn-duplicated" if both else "retry-unsafe"
    return Detection(rule, text, (before.number, current.number))
